import React from 'react';

import type { Metrics } from '../api/contract';
import { exactTime } from '../ui/time';
import { useLocale, useTranslation } from '../ui/translation';
import { CHARTS } from './charts';
import { SIGNS } from './marks';
import { measured, recent } from './series';
import { UNKNOWN, written } from './units';
import { chartTitle, lineName, markWord, rangeWords } from './words';

interface IMetricsProps {
  metrics: Metrics;
}

/** The charts in words: for those who can't see them, and to read off. */
export function ValueTable({ metrics }: IMetricsProps): JSX.Element {
  const trans = useTranslation();
  const locale = useLocale();
  const range = rangeWords(metrics.range, trans);
  return (
    <details className="pd-MetricsTable">
      <summary>{trans.__('Values as a table')}</summary>
      <div
        className="pd-MetricsTable-scroll"
        tabIndex={0}
        role="region"
        aria-label={trans.__('Values as a table')}
      >
        <table>
          <caption className="pd-visuallyHidden">
            {trans.__('Latest values, and the lowest and highest in %1', range)}
          </caption>
          <thead>
            <tr>
              <th scope="col">{trans.__('Chart')}</th>
              <th scope="col">{trans.__('Line')}</th>
              <th scope="col">{trans.__('Latest')}</th>
              <th scope="col">{trans.__('Lowest')}</th>
              <th scope="col">{trans.__('Highest')}</th>
            </tr>
          </thead>
          <tbody>
            {CHARTS.flatMap(chart => {
              const title = chartTitle(chart.key, trans);
              if (metrics.not_measured.includes(chart.key)) {
                return [
                  <tr key={chart.key}>
                    <th scope="row">{title}</th>
                    <td colSpan={4}>{trans.__('Not measured here')}</td>
                  </tr>
                ];
              }
              return chart.lines(metrics).map(({ label, values }) => {
                const known = measured(values);
                const show = (value: number | null) =>
                  written(value, chart.unit, locale, trans);
                return (
                  <tr key={`${chart.key} ${label}`}>
                    <th scope="row">{title}</th>
                    <td>
                      {chart.kind === 'whole'
                        ? UNKNOWN
                        : lineName(chart.kind, label, title, trans)}
                    </td>
                    <td>{show(recent(values, metrics.step))}</td>
                    <td>{show(known.length ? Math.min(...known) : null)}</td>
                    <td>{show(known.length ? Math.max(...known) : null)}</td>
                  </tr>
                );
              });
            })}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** The marks in words, newest first. */
export function MarkList({ metrics }: IMetricsProps): JSX.Element | null {
  const trans = useTranslation();
  const locale = useLocale();
  const { marks } = metrics;
  if (marks.length === 0) {
    return null;
  }
  return (
    <details className="pd-MarkList">
      <summary>
        {trans._n(
          '%1 event on the time axis',
          '%1 events on the time axis',
          marks.length,
          marks.length
        )}
      </summary>
      <ol>
        {[...marks].reverse().map((mark, index) => (
          <li key={`${mark.time} ${index}`}>
            <span className={`pd-Sign pd-mod-${mark.kind}`} aria-hidden="true">
              {SIGNS[mark.kind]}
            </span>
            <time dateTime={mark.time}>{exactTime(mark.time, locale)}</time>
            <span className="pd-breakable">
              <strong>{markWord(mark.kind, trans)}</strong> {mark.label}
              {mark.message && ` — ${mark.message}`}
            </span>
          </li>
        ))}
      </ol>
    </details>
  );
}
