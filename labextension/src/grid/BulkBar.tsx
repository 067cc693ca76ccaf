import React from 'react';

import type { Deployment } from '../api/contract';
import { useTranslation } from '../ui/translation';
import { IBulk, concernedBy } from './bulk';
import type { BulkAction } from './bulkWords';
import { actionWord } from './bulkWords';

const ACTIONS: readonly BulkAction[] = ['stop', 'start', 'restart', 'delete'];

export interface IBulkBarProps {
  /** Those that are ticked. */
  ticked: readonly Deployment[];
  /** Number of all that are shown. */
  shown: number;
  bulk: IBulk;
  onAll: () => void;
  onNone: () => void;
  /** Told of those that an action failed for: they stay ticked. */
  onDone: (failed: readonly Deployment[]) => void;
}

/** What can be done with all that are ticked; each button counts those that it would change. */
export function BulkBar(props: IBulkBarProps): JSX.Element | null {
  const { ticked, shown, bulk, onAll, onNone, onDone } = props;
  const trans = useTranslation();
  const { progress } = bulk;
  if (ticked.length === 0 && !progress) {
    return null;
  }
  const act = (action: BulkAction, concerned: readonly Deployment[]) => {
    if (concerned.length > 0 && !progress) {
      void bulk
        .run(action, concerned)
        .then(failed => (failed ? onDone(failed) : undefined));
    }
  };
  return (
    <div
      className="pd-BulkBar"
      role="group"
      aria-label={trans.__('Selected deployments')}
    >
      <span className="pd-BulkBar-count" role="status">
        {progress
          ? trans.__(
              '%1: %2 of %3…',
              actionWord(progress.action, trans),
              progress.done,
              progress.total
            )
          : trans.__('%1 selected', ticked.length)}
      </span>
      {ACTIONS.map(action => {
        const concerned = concernedBy(action, ticked);
        return (
          <button
            key={action}
            type="button"
            className="pd-Button"
            aria-busy={progress !== null}
            disabled={concerned.length === 0}
            onClick={() => act(action, concerned)}
          >
            {concerned.length === ticked.length || concerned.length === 0
              ? actionWord(action, trans)
              : `${actionWord(action, trans)} (${concerned.length})`}
          </button>
        );
      })}
      <span className="pd-BulkBar-links">
        {ticked.length < shown && (
          <button type="button" className="pd-Link" onClick={onAll}>
            {trans.__('Select all %1', shown)}
          </button>
        )}
        <button type="button" className="pd-Link" onClick={onNone}>
          {trans.__('Clear')}
        </button>
      </span>
    </div>
  );
}
