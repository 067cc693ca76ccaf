import React from 'react';

import type { MetricsSummary } from '../api/contract';
import { firingWords } from '../metrics/alertWords';
import { UNKNOWN, counted, written } from '../metrics/units';
import { errorShare } from '../model/traffic';
import { useLocale, useTranslation } from '../ui/translation';

export interface ITrafficProps {
  /** Left out: not measured. */
  traffic: MetricsSummary | undefined;
  /** Its title stands in front, where there is no column that has it. */
  labelled?: boolean;
}

/** Predictions a second. */
export function Qps({ traffic, labelled }: ITrafficProps): JSX.Element {
  const trans = useTranslation();
  const locale = useLocale();
  const qps = traffic?.qps ?? null;
  const number = written(qps, 'count', locale, trans);
  return (
    <span
      className="pd-Errors"
      title={
        qps === null
          ? trans.__('not measured here')
          : trans.__('Predictions a second, in the last minute')
      }
    >
      {number}
      {labelled && <span className="pd-quiet"> {trans.__('req/s')}</span>}
    </span>
  );
}

/** Share of 5xx in the last 15 minutes, and alerts that fire. No traffic is not no errors. */
export function Errors({ traffic, labelled }: ITrafficProps): JSX.Element {
  const trans = useTranslation();
  const share = errorShare(traffic);
  const alerts = traffic?.alerts ?? [];
  return (
    <span className="pd-Errors">
      {labelled && <span className="pd-quiet">{trans.__('Errors')} </span>}
      <ErrorShare
        share={share}
        errors={traffic?.server_errors ?? null}
        requests={traffic?.requests ?? null}
      />
      {alerts.length > 0 && (
        <span className="pd-Firing" title={firingWords(alerts, trans)}>
          <span aria-hidden="true">{trans.__('Alert')}</span>
          <span className="pd-visuallyHidden">
            {firingWords(alerts, trans)}
          </span>
        </span>
      )}
    </span>
  );
}

/** A share of 5xx in words. */
export function ErrorShare({
  share,
  errors,
  requests
}: {
  /** null: no traffic; undefined: nobody counts. */
  share: number | null | undefined;
  errors: number | null;
  requests: number | null;
}): JSX.Element {
  const trans = useTranslation();
  const locale = useLocale();
  if (share === undefined) {
    return <span title={trans.__('not measured here')}>{UNKNOWN}</span>;
  }
  if (share === null) {
    return (
      <span
        className="pd-quiet"
        title={trans.__('No predictions in the last 15 minutes')}
      >
        {trans.__('no traffic')}
      </span>
    );
  }
  return (
    <span
      className={share > 0 ? 'pd-Errors-some' : undefined}
      title={trans.__(
        '%1 of %2 predictions were answered with 5xx in the last 15 minutes',
        counted(errors, locale),
        counted(requests, locale)
      )}
    >
      {written(share, 'share', locale, trans)}
    </span>
  );
}
