import type { TranslationBundle } from '@jupyterlab/translation';

import type { Metrics } from '../api/contract';
import type { IChart } from './charts';
import { recent, recentLength } from './series';
import { counted, written } from './units';
import { rangeWords } from './words';

/** A number that stands above a chart, and what it is. */
export interface IFigure {
  readonly value: string;
  readonly what: string;
}

/** What a chart comes to, in one or two numbers. */
export function headline(
  chart: IChart,
  metrics: Metrics,
  locale: string,
  trans: TranslationBundle
): IFigure[] {
  const { totals, step } = metrics;
  const range = rangeWords(metrics.range, trans);
  const now = (values: (number | null)[], what?: string): IFigure => ({
    value: written(recent(values, step), chart.unit, locale, trans),
    what: what ?? nowWords(step, trans)
  });
  const codes = (hundred: string): string =>
    Object.entries(totals.codes)
      .filter(([code]) => code.startsWith(hundred))
      .map(([code, count]) => `${code} × ${counted(count, locale)}`)
      .join(', ');
  switch (chart.key) {
    case 'qps':
      return [
        now(metrics.qps),
        {
          value: counted(totals.requests, locale),
          what: trans.__('requests in %1', range)
        }
      ];
    case 'success':
      return [
        {
          value: written(totals.success, 'share', locale, trans),
          what: trans.__('in %1', range)
        }
      ];
    case 'client_errors':
    case 'server_errors':
      return [
        {
          value: counted(totals[chart.key], locale),
          what: [
            codes(chart.key === 'client_errors' ? '4' : '5'),
            trans.__('in %1', range)
          ]
            .filter(Boolean)
            .join(' ')
        }
      ];
    case 'latency':
      return ['p50', 'p95', 'p99'].map((name, index) => ({
        value: written(totals.latency[name], 'seconds', locale, trans),
        // All three are of the whole range.
        what: index < 2 ? name : trans.__('%1 in %2', name, range)
      }));
    case 'reward':
      return [
        {
          value: written(totals.reward, 'count', locale, trans),
          what: trans._n(
            'mean of %2 reward in %3',
            'mean of %2 rewards in %3',
            totals.feedback ?? 0,
            counted(totals.feedback, locale),
            range
          )
        }
      ];
    case 'ready':
    case 'in_flight':
      return [now(metrics[chart.key])];
    case 'cpu':
    case 'memory':
    case 'predict_qps':
      return [now(sumOf(chart, metrics))];
    case 'bytes':
      return [
        now(metrics.bytes_in, trans.__('in')),
        now(metrics.bytes_out, trans.__('out'))
      ];
    case 'model_latency':
    case 'batch_size': {
      const lines = chart.lines(metrics);
      return lines.slice(-1).map(({ label, values }) => ({
        ...now(values),
        what: trans.__('revision %1, %2', label, nowWords(step, trans))
      }));
    }
  }
}

/** All lines together, where any of them was measured. */
export function sumOf(chart: IChart, metrics: Metrics): (number | null)[] {
  const lines = chart.lines(metrics);
  return metrics.times.map((_, index) =>
    lines.reduce<number | null>((sum, { values }) => {
      const value = values[index] ?? null;
      return value === null ? sum : (sum ?? 0) + value;
    }, null)
  );
}

function nowWords(step: number, trans: TranslationBundle): string {
  const minutes = Math.round(recentLength(step) / 60);
  return trans._n('last minute', 'last %1 minutes', minutes, minutes);
}
