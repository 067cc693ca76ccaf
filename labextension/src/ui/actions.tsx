import React, { useCallback, useMemo, useRef, useState } from 'react';

import type { Deployment } from '../api/contract';
import { Confirm, useAsk } from './dialogs';
import { amount } from './QuotaBars';
import { useSession } from './session';
import { useTranslation } from './translation';

export type DeploymentAction = 'stop' | 'start' | 'delete';

export interface IDeploymentControls {
  /** Ids of those that something is being done to. */
  busy: ReadonlySet<string>;
  /** Ask, and do it; tells whether it was done. What the server says against it is reported. */
  run: (action: DeploymentAction, deployment: Deployment) => Promise<boolean>;
}

/** Stop, start and delete deployments, with a question before. */
export function useDeploymentControls(): IDeploymentControls {
  const { client, report } = useSession();
  const ask = useAsk();
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  // Buttons that are busy keep the focus: that is why they aren't disabled.
  const now = useRef(busy);
  now.current = busy;
  const run = useCallback(
    async (action: DeploymentAction, deployment: Deployment) => {
      if (now.current.has(deployment.id)) {
        return false;
      }
      const confirmed = await ask<boolean>(answer => (
        <Question action={action} deployment={deployment} onAnswer={answer} />
      ));
      if (!confirmed) {
        return false;
      }
      const { id } = deployment;
      setBusy(before => new Set(before).add(id));
      try {
        await client[action](id);
        return true;
      } catch (problem) {
        report(problem);
        return false;
      } finally {
        setBusy(before => {
          const after = new Set(before);
          after.delete(id);
          return after;
        });
      }
    },
    [client, ask, report]
  );
  return useMemo(() => ({ busy, run }), [busy, run]);
}

function Question({
  action,
  deployment,
  onAnswer
}: {
  action: DeploymentAction;
  deployment: Deployment;
  onAnswer: (confirmed: boolean) => void;
}): JSX.Element {
  const trans = useTranslation();
  const { name, group, usage, endpoint } = deployment;
  switch (action) {
    case 'stop':
      return (
        <Confirm
          title={trans.__('Stop %1?', name)}
          action={trans.__('Stop')}
          onAnswer={onAnswer}
        >
          <p>
            {trans.__(
              'Callers get an error that says so until it is started again.'
            )}
          </p>
          <p>
            {trans.__(
              'The group %1 gets back %2 and %3.',
              group,
              amount('cpu', usage.cpu, trans),
              amount('memory', usage.memory, trans)
            )}
          </p>
        </Confirm>
      );
    case 'start':
      return (
        <Confirm
          title={trans.__('Start %1?', name)}
          action={trans.__('Start')}
          onAnswer={onAnswer}
        >
          <p>
            {trans.__(
              'It runs as it was before, and counts against the quota of the group %1.',
              group
            )}
          </p>
        </Confirm>
      );
    case 'delete':
      return (
        <Confirm
          title={trans.__('Delete %1 for good?', name)}
          action={trans.__('Delete')}
          danger
          onAnswer={onAnswer}
        >
          <p>
            {trans.__(
              'Its endpoint, its history and its clients are lost. This can’t be undone.'
            )}
          </p>
          <p className="pd-breakable">
            <code>{endpoint}</code>
          </p>
        </Confirm>
      );
  }
}

/** Buttons with words: for a row that is open. */
export function DeploymentButtons({
  deployment,
  controls
}: {
  deployment: Deployment;
  controls: IDeploymentControls;
}): JSX.Element {
  const trans = useTranslation();
  const busy = controls.busy.has(deployment.id);
  const run = (action: DeploymentAction) => () =>
    void controls.run(action, deployment);
  return (
    <div className="pd-Buttons">
      {deployment.spec.stopped ? (
        <button
          type="button"
          className="pd-Button"
          aria-busy={busy}
          onClick={run('start')}
        >
          {trans.__('Start')}
        </button>
      ) : (
        <button
          type="button"
          className="pd-Button"
          aria-busy={busy}
          onClick={run('stop')}
        >
          {trans.__('Stop')}
        </button>
      )}
      <button
        type="button"
        className="pd-Button"
        aria-busy={busy}
        onClick={run('delete')}
      >
        {trans.__('Delete')}
      </button>
    </div>
  );
}
