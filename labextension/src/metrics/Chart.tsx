import React, { memo, useMemo, useState } from 'react';

import type { Metrics } from '../api/contract';
import { exactTime } from '../ui/time';
import { useLocale, useTranslation } from '../ui/translation';
import type { IChart } from './charts';
import { Crosshair } from './crosshair';
import type { ILook } from './drawing';
import { headline } from './headline';
import { chartKey } from './keys';
import { Legend } from './Legend';
import { Plot } from './Plot';
import { Span, columnsOf, measured, spanOf } from './series';
import { ITheme, lineStyle } from './theme';
import { ticks } from './units';
import { chartMeaning, chartTitle, lineName } from './words';

export interface IChartProps {
  chart: IChart;
  metrics: Metrics;
  theme: ITheme;
  crosshair: Crosshair;
  /** What is looked at; null: all. */
  zoom: Span | null;
  onZoom: (zoom: Span | null) => void;
}

const NONE: readonly string[] = [];

/** One thing over time: what it comes to, its lines, and what they are. */
export const Chart = memo((props: IChartProps): JSX.Element => {
  const { chart, metrics, theme, crosshair, zoom, onZoom } = props;
  const trans = useTranslation();
  const locale = useLocale();
  const [off, setOff] = useState(NONE);
  const title = chartTitle(chart.key, trans);
  const lines = chart.lines(metrics);
  const labels = lines.map(({ label }) => label).join('\n');
  const whole = useMemo(() => spanOf(metrics), [metrics]);
  const look = useMemo(
    (): ILook => ({
      chart,
      theme,
      styles: labels
        .split('\n')
        .map((_, index) => lineStyle(theme, index, chart.tone)),
      locale,
      labels: values => ticks(values, chart.unit, locale, trans)
    }),
    [chart, theme, labels, locale, trans]
  );
  const content = useMemo(
    () => ({
      columns: columnsOf(metrics, chart.lines(metrics)),
      shown: zoom ?? whole,
      marks: metrics.marks,
      hidden: chart.lines(metrics).map(({ label }) => off.includes(label))
    }),
    [metrics, chart, zoom, whole, off]
  );
  const figures = headline(chart, metrics, locale, trans);
  const unmeasured = metrics.not_measured.includes(chart.key);
  const empty = lines.every(({ values }) => measured(values).length === 0);
  const names = lines.map(({ label }) =>
    lineName(chart.kind, label, title, trans)
  );
  const words = figures.map(({ value, what }) => `${value} ${what}`).join(', ');
  return (
    <section className="pd-Chart" aria-label={title} data-chart={chart.key}>
      <h3 className="pd-Chart-title" title={chartMeaning(chart.key, trans)}>
        {title}
      </h3>
      {unmeasured ? (
        <p className="pd-Chart-nothing">
          {trans.__('Not measured here: what runs this model can’t tell.')}
        </p>
      ) : (
        <>
          <p className="pd-Chart-figures">
            {figures.map(({ value, what }) => (
              <span key={what} className="pd-Figure">
                <strong>{value}</strong> {what}
              </span>
            ))}
          </p>
          {lines.length === 0 ? (
            <p className="pd-Chart-nothing">
              {trans.__('Nothing was measured in this time.')}
            </p>
          ) : (
            <div className="pd-Chart-frame">
              <Plot
                look={look}
                content={content}
                crosshair={crosshair}
                label={trans.__(
                  '%1 from %2 to %3: %4. Arrow keys point at moments, + and − zoom, Escape shows all again.',
                  title,
                  exactTime(metrics.since, locale),
                  exactTime(metrics.until, locale),
                  words
                )}
                onZoom={span => onZoom(span)}
                onReset={() => onZoom(null)}
                onKey={event =>
                  chartKey(event, {
                    crosshair,
                    shown: zoom ?? whole,
                    whole,
                    step: metrics.step,
                    onZoom
                  })
                }
              />
              {empty && (
                <p className="pd-Chart-empty">
                  {chart.traffic
                    ? trans.__('Nothing to compute it from in this time')
                    : trans.__('Nothing was measured in this time')}
                </p>
              )}
            </div>
          )}
          <Legend
            chart={chart}
            metrics={metrics}
            names={names}
            styles={look.styles}
            crosshair={crosshair}
            off={off}
            onOff={setOff}
          />
        </>
      )}
    </section>
  );
});
Chart.displayName = 'Chart';
