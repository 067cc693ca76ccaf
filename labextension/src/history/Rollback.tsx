import React, { useId, useState } from 'react';

import type { Deployment, Revision } from '../api/contract';
import { ApiError } from '../api/errors';
import { Modal } from '../ui/dialogs';
import { Refusal } from '../ui/Refusal';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { replacesReplicas } from './differences';

export interface IRollbackProps {
  deployment: Deployment;
  /** Where it goes back to. */
  target: Revision;
  /** What it is at now. */
  current: Revision;
  /** The revisions after the target. */
  between: readonly Revision[];
  /** What came of it; null: nothing was done. */
  onAnswer: (result: Deployment | null) => void;
}

/** Asks whether to go back, says what becomes of the replicas, and what the server says against it. */
export function Rollback(props: IRollbackProps): JSX.Element {
  const { deployment, target, onAnswer } = props;
  const trans = useTranslation();
  const { client } = useSession();
  const [message, setMessage] = useState('');
  const [problem, setProblem] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const field = useId();
  // Tied to what the user saw when this was opened.
  const [version] = useState(deployment.revision);
  const submit = async () => {
    if (busy) {
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      const wish = { version, message: message.trim() };
      onAnswer(await client.rollback(deployment.id, target.number, wish));
    } catch (error) {
      setProblem(error instanceof Error ? error : new Error(String(error)));
      setBusy(false);
    }
  };
  const conflict = problem instanceof ApiError && problem.status === 409;
  return (
    <Modal
      title={trans.__(
        'Roll %1 back to revision %2?',
        deployment.name,
        target.number
      )}
      onCancel={() => onAnswer(null)}
    >
      <form
        onSubmit={event => {
          event.preventDefault();
          void submit();
        }}
      >
        <Consequences {...props} />
        <div className="pd-Field">
          <label htmlFor={field}>{trans.__('Update message (optional)')}</label>
          <input
            id={field}
            type="text"
            data-first
            maxLength={1024}
            autoComplete="off"
            value={message}
            onChange={event => setMessage(event.target.value)}
          />
        </div>
        {problem && (
          <div className="pd-Form-problem" role="alert">
            <Refusal problem={problem} />
            {conflict && (
              <p>
                {trans.__(
                  'Close this and look at the history again: then decide.'
                )}
              </p>
            )}
          </div>
        )}
        <div className="pd-Modal-actions">
          <button
            type="button"
            className="pd-Button"
            onClick={() => onAnswer(null)}
          >
            {conflict ? trans.__('Close') : trans.__('Cancel')}
          </button>
          {!conflict && (
            <button
              type="submit"
              className="pd-Button pd-mod-primary"
              aria-busy={busy}
            >
              {trans.__('Roll back')}
            </button>
          )}
        </div>
      </form>
    </Modal>
  );
}

function Consequences({
  deployment,
  target,
  current,
  between
}: IRollbackProps): JSX.Element {
  const trans = useTranslation();
  const [from, to] = [current.spec.replicas, target.spec.replicas];
  const count = from === to ? '' : trans.__('Replicas: %1, then %2.', from, to);
  return (
    <>
      <p>
        {trans.__(
          'A new revision is made with what revision %1 had: %2 = rollback to %1.',
          target.number,
          deployment.revision + 1
        )}
      </p>
      <p>{replicasWords()}</p>
      {count && !current.spec.stopped && <p>{count}</p>}
      {target.outcome === 'failed' && (
        <p className="pd-Form-problem">
          {trans.__('Revision %1 failed itself: it may again.', target.number)}
        </p>
      )}
    </>
  );

  function replicasWords(): string {
    if (current.spec.stopped) {
      return trans.__(
        'It is stopped and stays so: the next start runs what revision %1 had.',
        target.number
      );
    }
    const kept =
      deployment.serving_revision !== null &&
      deployment.serving_revision !== undefined;
    switch (replacesReplicas(target, current, between)) {
      case false:
        return trans.__(
          'The replicas that run stay: nothing they run from changes.'
        );
      case null:
        return trans.__(
          'Replicas are replaced where hidden environment values differ; callers notice nothing.'
        );
      case true:
        return kept
          ? trans.__(
              'Every replica is replaced: new ones become ready first, then the old ones end, so callers notice nothing. If the new ones fail, revision %1 goes on serving.',
              deployment.serving_revision
            )
          : trans.__('New replicas are started.');
    }
  }
}
