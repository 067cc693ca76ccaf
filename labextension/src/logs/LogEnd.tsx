import React from 'react';

import { useTranslation } from '../ui/translation';
import type { ILogState, LogModel } from './model';

export interface ILogEndProps {
  model: LogModel;
  state: ILogState;
  onDownload: () => void;
}

/** What stands above the first line: whether there are older ones, and the way to them. */
export function LogEnd({
  model,
  state,
  onDownload
}: ILogEndProps): JSX.Element {
  const trans = useTranslation();
  const { dropped } = model.store;
  const whole = (
    <button type="button" className="pd-Link" onClick={onDownload}>
      {trans.__('Download the whole log')}
    </button>
  );
  return (
    <div className="pd-LogEnd">
      {state.cleared ? (
        <>
          {trans.__('Cleared.')}{' '}
          <button
            type="button"
            className="pd-Link"
            onClick={() => model.unclear()}
          >
            {trans.__('Show all again')}
          </button>
        </>
      ) : dropped > 0 ? (
        <>
          {trans._n(
            '%1 older line is no longer here.',
            '%1 older lines are no longer here.',
            dropped
          )}{' '}
          {whole}
        </>
      ) : state.older === null ? (
        trans.__('Loading older lines…')
      ) : state.older ? (
        <button
          type="button"
          className="pd-Link"
          onClick={() => {
            model.follow(false);
            void model.loadOlder();
          }}
        >
          {trans.__('Load older lines')}
        </button>
      ) : state.settings.since !== null ? (
        <button
          type="button"
          className="pd-Link"
          onClick={() => model.set({ since: null })}
        >
          {trans.__('Show what was printed before')}
        </button>
      ) : (
        trans.__('The log begins here.')
      )}
    </div>
  );
}
