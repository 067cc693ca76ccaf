import '../../style/history.css';

import { caretLeftIcon } from '@jupyterlab/ui-components';
import React, { useCallback, useEffect, useRef, useState } from 'react';

import type { Deployment, Revision } from '../api/contract';
import { Loaded } from '../admin/Loaded';
import { useDetail } from '../detail/context';
import type { ITabProps } from '../detail/tab';
import { useResource } from '../model/binding';
import { Notice } from '../ui/notices';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { Diff } from './Diff';
import { ALL, IHistoryFilter } from './find';
import { RevisionList } from './RevisionList';
import { RevisionView } from './RevisionView';
import { revisionTitle } from './words';

/** What is looked at closely. */
type Closeup =
  | { readonly kind: 'view'; readonly number: number }
  | { readonly kind: 'diff'; readonly left: number; readonly right: number };

/** What became of a deployment: its revisions, what tells them apart, and the way back. */
export function History({ id, active }: ITabProps): JSX.Element {
  const trans = useTranslation();
  const { details } = useSession();
  const { deployment } = useDetail();
  const { revisions } = details(id);
  const state = useResource(revisions, active);
  return (
    <Loaded
      state={state}
      what={trans.__('Loading the history…')}
      refresh={revisions.refresh}
    >
      {items => (
        <Revisions
          deployment={deployment}
          revisions={items}
          active={active}
          refresh={revisions.refresh}
        />
      )}
    </Loaded>
  );
}

function Revisions({
  deployment,
  revisions,
  active,
  refresh
}: {
  deployment: Deployment;
  revisions: readonly Revision[];
  active: boolean;
  refresh: () => Promise<void>;
}): JSX.Element {
  const trans = useTranslation();
  const { writable, asked } = useDetail();
  const [filter, setFilter] = useState<IHistoryFilter>(ALL);
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const [closeup, setCloseup] = useState<Closeup | null>(null);
  const [said, setSaid] = useState('');
  const view = useCallback(
    (number: number) => setCloseup({ kind: 'view', number }),
    []
  );
  const compare = useCallback(
    (left: number, right: number) => setCloseup({ kind: 'diff', left, right }),
    []
  );
  // From an event, for one.
  useEffect(() => {
    if (asked) {
      view(asked.revision);
    }
  }, [asked, view]);
  const close = useCallback(() => setCloseup(null), []);
  const find = (number: number) =>
    revisions.find(revision => revision.number === number);
  if (revisions.length === 0) {
    return (
      <Notice title={trans.__('No history')}>
        <p>
          {deployment.managed_by
            ? trans.__(
                'It was made by %1 and is changed there: what came before is told there, too.',
                deployment.managed_by
              )
            : trans.__('Nothing is known of its revisions any more.')}
        </p>
      </Notice>
    );
  }
  return (
    <div className="pd-History">
      <RevisionList
        revisions={revisions}
        serving={deployment.serving_revision ?? null}
        active={active}
        hidden={closeup !== null}
        filter={filter}
        onFilter={setFilter}
        chosen={chosen}
        onChosen={setChosen}
        onView={view}
        onCompare={compare}
      />
      {closeup && content(closeup)}
      <div className="pd-visuallyHidden" aria-live="polite">
        {said}
      </div>
    </div>
  );

  function content(shown: Closeup): JSX.Element | null {
    if (shown.kind === 'view') {
      const at = revisions.findIndex(({ number }) => number === shown.number);
      const revision = revisions[at];
      return revision ? (
        <Frame
          title={trans.__('Revision %1', revisionTitle(revision, trans))}
          onClose={close}
        >
          <RevisionView
            deployment={deployment}
            revision={revision}
            before={revisions[at + 1]}
            active={active}
          />
        </Frame>
      ) : null;
    }
    const [left, right] = [find(shown.left), find(shown.right)];
    return left && right ? (
      <Frame
        title={trans.__('Revisions %1 and %2', left.number, right.number)}
        onClose={close}
      >
        <Diff
          deployment={deployment}
          revisions={revisions}
          left={left}
          right={right}
          writable={writable}
          onRolledBack={() => {
            setSaid(trans.__('Rolling back to an earlier revision'));
            setChosen([]);
            close();
            void refresh();
          }}
        />
      </Frame>
    ) : null;
  }
}

/** What is looked at closely, with the way back to the list. */
function Frame({
  title,
  onClose,
  children
}: React.PropsWithChildren<{
  title: string;
  onClose: () => void;
}>): JSX.Element {
  const trans = useTranslation();
  const back = useRef<HTMLButtonElement>(null);
  // Whoever came by keyboard is here now.
  useEffect(() => back.current?.focus(), []);
  return (
    <section
      className="pd-History-closeup"
      aria-label={title}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          onClose();
        }
      }}
    >
      <header className="pd-History-head">
        <button
          ref={back}
          type="button"
          className="pd-IconButton"
          aria-label={trans.__('Back to the history')}
          title={trans.__('Back to the history')}
          onClick={onClose}
        >
          <caretLeftIcon.react tag="span" width="20px" />
        </button>
        <h3>{title}</h3>
      </header>
      <div className="pd-History-body" tabIndex={0}>
        {children}
      </div>
    </section>
  );
}
