import React from 'react';

import type { Deployment, Replica } from '../api/contract';
import { Notice, Skeleton } from '../ui/notices';
import { elapsed, useNow } from '../ui/time';
import { useTranslation } from '../ui/translation';
import { sinceName } from './LogFilters';
import type { ILogState, LogModel } from './model';

export interface ILogEmptyProps {
  model: LogModel;
  state: ILogState;
  deployment: Deployment | null;
  replicas: readonly Replica[] | null;
  active: boolean;
}

/** Why there are no lines, and what to do about it. */
export function LogEmpty(props: ILogEmptyProps): JSX.Element {
  const { model, state, deployment, replicas, active } = props;
  const trans = useTranslation();
  const now = useNow(1000, active);
  const { settings, following } = state;
  if (state.cleared) {
    return (
      <Notice title={trans.__('Cleared')}>
        <p>{trans.__('New lines will appear here.')}</p>
        <button
          type="button"
          className="pd-Button"
          onClick={() => model.unclear()}
        >
          {trans.__('Show all again')}
        </button>
      </Notice>
    );
  }
  if (model.store.size > 0) {
    return (
      <Notice title={trans.__('No line matches the filters')}>
        <p>
          {trans._n(
            'Of %1 line that is here, none is shown.',
            'Of %1 lines that are here, none is shown.',
            model.store.size
          )}
        </p>
        <p className="pd-Buttons">
          <button
            type="button"
            className="pd-Button"
            onClick={() =>
              model.set({ threshold: null, container: '', only: false })
            }
          >
            {trans.__('Clear filters')}
          </button>
          {state.older !== false && (
            <button
              type="button"
              className="pd-Button"
              aria-busy={state.older === null}
              onClick={() => void model.loadOlder(20_000)}
            >
              {trans.__('Look in older lines')}
            </button>
          )}
        </p>
      </Notice>
    );
  }
  if (!state.complete) {
    return following === 'lost' || following === 'refused' ? (
      <Notice title={trans.__('The log can not be read now')}>
        <p>{state.problem?.message}</p>
        <button type="button" className="pd-Button" onClick={model.reconnect}>
          {trans.__('Try again')}
        </button>
      </Notice>
    ) : (
      <Skeleton what={trans.__('Loading the log…')} />
    );
  }
  if (settings.previous) {
    const restarted = (replicas ?? []).some(
      ({ name, attempt }) =>
        attempt > 1 && (!settings.replica || name === settings.replica)
    );
    return (
      <Notice
        title={
          restarted
            ? trans.__('The previous attempt printed nothing')
            : trans.__('There was no previous attempt')
        }
      >
        {!restarted && (
          <p>{trans.__('Nothing was restarted: each replica is its first.')}</p>
        )}
        <button
          type="button"
          className="pd-Button"
          onClick={() => model.set({ previous: false })}
        >
          {trans.__('Show all attempts')}
        </button>
      </Notice>
    );
  }
  if (settings.since !== null) {
    return (
      <Notice
        title={trans.__(
          'Nothing was printed: %1',
          sinceName(settings.since, trans)
        )}
      >
        <button
          type="button"
          className="pd-Button"
          onClick={() => model.set({ since: null })}
        >
          {trans.__('Show all')}
        </button>
      </Notice>
    );
  }
  if (deployment?.status.phase === 'Stopped') {
    return (
      <Notice title={trans.__('Stopped')}>
        <p>
          {trans.__(
            'Nothing runs, and no earlier run left a log. Start the deployment to see what it prints.'
          )}
        </p>
      </Notice>
    );
  }
  const started =
    startOf(replicas, settings.replica) ?? deployment?.status.since;
  return (
    <Notice
      title={
        started
          ? trans.__(
              'No output yet, started %1 ago',
              elapsed(started, now, trans)
            )
          : trans.__('No output yet')
      }
    >
      <p>{trans.__('Lines appear here as they are printed.')}</p>
    </Notice>
  );
}

/** When the last of the replicas began. */
function startOf(
  replicas: readonly Replica[] | null,
  name: string
): string | undefined {
  return (replicas ?? [])
    .filter(replica => !name || replica.name === name)
    .flatMap(({ started_at }) => (started_at ? [started_at] : []))
    .sort()
    .pop();
}
