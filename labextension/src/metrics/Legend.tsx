import React from 'react';

import type { Metrics } from '../api/contract';
import { useLocale, useTranslation } from '../ui/translation';
import type { IChart } from './charts';
import { cssColour } from './colours';
import { Crosshair, useCrosshair } from './crosshair';
import { indexAt, recent } from './series';
import type { ILineStyle } from './theme';
import { written } from './units';

/** What each line is and says at the moment that is pointed at, else lately; a press takes it away and brings it back. */
export function Legend({
  chart,
  metrics,
  names,
  styles,
  crosshair,
  off,
  onOff
}: {
  chart: IChart;
  metrics: Metrics;
  names: readonly string[];
  styles: readonly ILineStyle[];
  crosshair: Crosshair;
  /** Labels of the lines that are not drawn. */
  off: readonly string[];
  onOff: (off: readonly string[]) => void;
}): JSX.Element {
  const trans = useTranslation();
  const locale = useLocale();
  const time = useCrosshair(crosshair);
  const index =
    time === null ? null : indexAt(metrics.times, time, metrics.step);
  const lines = chart.lines(metrics);
  const valueOf = (values: readonly (number | null)[]): string =>
    written(
      time === null
        ? recent(values, metrics.step)
        : index === null
          ? null
          : values[index],
      chart.unit,
      locale,
      trans
    );
  return (
    <ul className="pd-Legend" aria-label={trans.__('Lines')}>
      {lines.map(({ label, values }, position) => {
        const shown = !off.includes(label);
        const content = (
          <>
            <Sample style={styles[position]!} />
            <span className="pd-Legend-name">{names[position]}</span>
            <span className="pd-Legend-value">{valueOf(values)}</span>
          </>
        );
        return (
          <li key={label}>
            {chart.kind === 'whole' ? (
              <span className="pd-Legend-line">{content}</span>
            ) : (
              <button
                type="button"
                className="pd-Legend-line"
                aria-pressed={shown}
                title={
                  shown
                    ? trans.__('Hide %1', names[position]!)
                    : trans.__('Show %1', names[position]!)
                }
                onClick={() =>
                  onOff(
                    shown
                      ? [...off, label]
                      : off.filter(other => other !== label)
                  )
                }
              >
                {content}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** How the line is drawn. */
function Sample({ style }: { style: ILineStyle }): JSX.Element {
  return (
    <svg
      className="pd-Legend-sample"
      width="24"
      height="8"
      viewBox="0 0 24 8"
      aria-hidden="true"
    >
      <line
        x1="0"
        y1="4"
        x2="24"
        y2="4"
        stroke={cssColour(style.colour)}
        strokeWidth="2"
        strokeDasharray={style.dash.join(' ')}
      />
    </svg>
  );
}
