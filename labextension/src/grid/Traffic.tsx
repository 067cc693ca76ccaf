import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { MetricsSummary } from '../api/contract';
import { firingWords } from '../metrics/alertWords';
import { counted, written } from '../metrics/units';
import { HEIGHT, sparkline } from '../model/sparkline';
import { errorShare } from '../model/traffic';
import { useLocale, useTranslation } from '../ui/translation';
import { IRowProps, openingMetrics } from './cells';

/** Whether there is something to tell of: what serves nothing waits for no measurement. */
export const isWorthMeasuring = (
  { serving_revision }: IRowProps['deployment'],
  traffic: IRowProps['traffic']
): boolean => serving_revision !== null || !!traffic;

/** The requests of the last 15 minutes as a line, how many there are now, and badges for errors and alerts that fire. */
export function Traffic({
  deployment,
  traffic,
  actions
}: IRowProps): JSX.Element {
  const trans = useTranslation();
  const locale = useLocale();
  const share = errorShare(traffic);
  if (!isWorthMeasuring(deployment, traffic)) {
    return <span className="pd-quiet">–</span>;
  }
  if (!traffic || share === undefined) {
    return <span className="pd-quiet">{trans.__('not measured yet')}</span>;
  }
  const words = trafficWords(traffic, locale, trans);
  const alerts = traffic.alerts ?? [];
  return (
    <div
      className="pd-Traffic"
      title={words.join('\n')}
      {...openingMetrics(actions, deployment)}
    >
      <Sparkline summary={traffic} />
      <span
        className={`pd-Traffic-now${share === null ? ' pd-quiet' : ''}`}
        aria-hidden="true"
      >
        {share === null
          ? trans.__('no traffic')
          : written(traffic.qps, 'requests', locale, trans)}
      </span>
      <span className="pd-visuallyHidden">{words.join('; ')}</span>
      {(!!share || alerts.length > 0) && (
        <span className="pd-Traffic-badges" aria-hidden="true">
          {!!share && (
            <span className="pd-Firing pd-mod-quiet">
              {trans.__('%1 errors', written(share, 'share', locale, trans))}
            </span>
          )}
          {alerts.length > 0 && (
            <span className="pd-Firing">{firingWords(alerts, trans)}</span>
          )}
        </span>
      )}
    </div>
  );
}

/** All of it in words: for those who point at it, and for those who can't see it. */
function trafficWords(
  traffic: MetricsSummary,
  locale: string,
  trans: TranslationBundle
): string[] {
  const { requests, server_errors, client_errors, alerts } = traffic;
  const count = counted(requests, locale);
  const said = alerts?.length ? [firingWords(alerts, trans)] : [];
  return requests
    ? [
        ...said,
        trans.__(
          '%1 in the last minute',
          written(traffic.qps, 'requests', locale, trans)
        ),
        trans.__('%1 predictions in the last 15 minutes', count),
        trans.__(
          '%1 answered with 5xx, %2 with 4xx',
          counted(server_errors, locale),
          counted(client_errors, locale)
        ),
        trans.__(
          'p95 %1',
          written(traffic.latency_p95, 'seconds', locale, trans)
        )
      ]
    : [...said, trans.__('No predictions in the last 15 minutes')];
}

function Sparkline({ summary }: { summary: MetricsSummary }): JSX.Element {
  const { width, line, area, errors } = sparkline(summary);
  return (
    <svg
      className={`pd-Spark${summary.requests ? '' : ' pd-quiet'}`}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      <path className="pd-Spark-area" d={area} />
      <path className="pd-Spark-line" d={line} />
      {errors && <path className="pd-Spark-errors" d={errors} />}
    </svg>
  );
}
