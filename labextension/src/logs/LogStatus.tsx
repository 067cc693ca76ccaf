import { linkIcon } from '@jupyterlab/ui-components';
import React from 'react';

import type { Deployment } from '../api/contract';
import { clockTime, useNow } from '../ui/time';
import { useLocale, useTranslation } from '../ui/translation';
import type { ILogState, LogModel } from './model';
import type { ILine } from './store';
import { span } from './times';

/** A quiet log is not late: after so long the last delay says nothing any more (ms). */
const LATELY = 3_000;

export interface ILogStatusProps {
  model: LogModel;
  state: ILogState;
  deployment: Deployment | null;
  active: boolean;
  onLink: (line: ILine) => void;
}

/** Below the lines: whether they go on, how late they are, and how many there are. */
export function LogStatus(props: ILogStatusProps): JSX.Element {
  const { model, state, deployment, active, onLink } = props;
  const trans = useTranslation();
  const now = useNow(1000, active);
  const { store, rows } = model;
  const newest = store.newest;
  const chosen = state.chosen === null ? undefined : store.at(state.chosen);
  const stopped = deployment?.status.phase === 'Stopped';
  const paused = state.following === 'live' && state.pausedAt !== null;
  const quiet = newest ? now - newest.time : 0;
  const shown = rows.numbers.length;
  return (
    <div className="pd-LogStatus">
      <span
        className={`pd-LogStatus-state pd-mod-${stopped ? 'stopped' : paused ? 'paused' : state.following}`}
      >
        {stopped && state.following === 'live'
          ? trans.__('Stopped')
          : stateName()}
      </span>
      {state.following === 'live' && !stopped && newest && (
        <span className="pd-quiet">
          {quiet > LATELY
            ? trans.__('last line %1 ago', span(quiet, trans))
            : state.lag !== null &&
              trans.__('%1 behind', span(state.lag, trans))}
        </span>
      )}
      <span className="pd-grow" />
      {chosen && !chosen.mark && (
        <button
          type="button"
          className="pd-Link pd-LogStatus-link"
          title={trans.__('Copy a link to the chosen line (l)')}
          onClick={() => onLink(chosen)}
        >
          <linkIcon.react tag="span" width="14px" />
          {trans.__('Copy link')}
        </button>
      )}
      <span className="pd-quiet">
        {shown === store.size
          ? trans._n('%1 line', '%1 lines', store.size)
          : trans.__('%1 of %2 lines', shown, store.size)}
      </span>
    </div>
  );

  function stateName(): string {
    switch (state.following) {
      case 'loading':
        return trans.__('Loading…');
      case 'live':
        return state.pausedAt === null ? trans.__('Live') : trans.__('Paused');
      case 'lost':
        return trans.__('Connection lost');
      case 'refused':
        return trans.__('Not allowed');
      case 'resting':
        return trans.__('Resting');
    }
  }
}

/** Above the lines while the connection is lost. They stay; what is missed comes afterwards. */
export function LostBanner({
  model,
  state,
  active
}: Pick<ILogStatusProps, 'model' | 'state' | 'active'>): JSX.Element {
  const trans = useTranslation();
  const locale = useLocale();
  const now = useNow(1000, active);
  const seconds = Math.max(0, Math.ceil(((state.retryAt ?? now) - now) / 1000));
  return (
    <div className="pd-Banner" role="status">
      <span>
        {trans.__(
          'Connection lost at %1. What is printed meanwhile will follow.',
          clockTime(state.lostAt ?? now, locale)
        )}
        <span className="pd-Banner-reason">
          {state.problem?.message}{' '}
          <span aria-hidden="true">
            {trans.__('Trying again in %1 s.', seconds)}
          </span>
        </span>
      </span>
      <button type="button" className="pd-Button" onClick={model.reconnect}>
        {trans.__('Reconnect now')}
      </button>
    </div>
  );
}
