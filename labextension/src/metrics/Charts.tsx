import React, { PropsWithChildren, useCallback, useRef, useState } from 'react';

import type { Metrics } from '../api/contract';
import { useTranslation } from '../ui/translation';
import { Chart } from './Chart';
import { CHARTS, IChart } from './charts';
import { Crosshair } from './crosshair';
import { MeasuredHow } from './MeasuredHow';
import { NoTraffic } from './NoTraffic';
import { Span, spanOf, zoomTo } from './series';
import { MarkList, ValueTable } from './tables';
import { useTheme } from './theme';
import { rangeWords } from './words';

export interface IChartsProps {
  metrics: Metrics;
  crosshair: Crosshair;
  zoom: Span | null;
  onZoom: (zoom: Span | null) => void;
}

/** All charts of a time, over one axis. */
export function Charts({
  metrics,
  crosshair,
  zoom,
  onZoom,
  children
}: PropsWithChildren<IChartsProps>): JSX.Element {
  const trans = useTranslation();
  const root = useRef<HTMLDivElement>(null);
  const theme = useTheme(root);
  const [more, setMore] = useState(false);
  const latest = useRef(metrics);
  latest.current = metrics;
  const change = useCallback(
    (part: Span | null) =>
      onZoom(part && zoomTo(part, spanOf(latest.current), latest.current.step)),
    [onZoom]
  );
  const silent = metrics.requests_ever === 0;
  const wanted = CHARTS.filter(({ traffic }) => !silent || !traffic);
  const draw = (charts: readonly IChart[]) => (
    <div className="pd-Charts">
      {theme &&
        charts.map(chart => (
          <Chart
            key={chart.key}
            chart={chart}
            metrics={metrics}
            theme={theme}
            crosshair={crosshair}
            zoom={zoom}
            onZoom={change}
          />
        ))}
    </div>
  );
  return (
    <div className="pd-Metrics-body" ref={root} tabIndex={-1}>
      <MeasuredHow metrics={metrics} />
      {silent ? (
        <NoTraffic />
      ) : (
        metrics.totals.requests === 0 && (
          <p className="pd-Hint">
            {trans.__(
              'No requests in the last %1. A longer range may show some.',
              rangeWords(metrics.range, trans)
            )}
          </p>
        )
      )}
      {draw(wanted.filter(({ extra }) => !extra))}
      <details
        className="pd-MoreCharts"
        onToggle={event => setMore(event.currentTarget.open)}
      >
        <summary>{trans.__('More charts')}</summary>
        {more && draw(wanted.filter(({ extra }) => extra))}
      </details>
      <MarkList metrics={metrics} />
      <ValueTable metrics={metrics} />
      {metrics.source === 'prometheus' && (
        <p className="pd-quiet">{trans.__('Measured by Prometheus')}</p>
      )}
      {children}
    </div>
  );
}
