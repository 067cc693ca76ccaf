import type { Metrics, MetricsChart, MetricsSeries } from '../api/contract';
import type { Unit } from './units';

/** What the lines of a chart stand for. */
export type LineKind = 'whole' | 'percentile' | 'revision' | 'replica' | 'way';

export interface IChart {
  readonly key: MetricsChart;
  readonly unit: Unit;
  readonly kind: LineKind;
  readonly lines: (metrics: Metrics) => readonly MetricsSeries[];
  /** Whether it stays empty until somebody calls the model. */
  readonly traffic: boolean;
  /** Whether it is looked at now and then only. */
  readonly extra?: boolean;
  /** A colour that says what it is. */
  readonly tone?: 'warn' | 'error' | 'success';
}

const whole =
  (
    key:
      | 'qps'
      | 'success'
      | 'client_errors'
      | 'server_errors'
      | 'in_flight'
      | 'ready'
  ) =>
  (metrics: Metrics): MetricsSeries[] => [{ label: '', values: metrics[key] }];

/** All charts, in the order in which they are read. */
export const CHARTS: readonly IChart[] = [
  {
    key: 'qps',
    unit: 'requests',
    kind: 'whole',
    lines: whole('qps'),
    traffic: true
  },
  {
    key: 'success',
    unit: 'share',
    kind: 'whole',
    lines: whole('success'),
    traffic: true,
    tone: 'success'
  },
  {
    key: 'client_errors',
    unit: 'requests',
    kind: 'whole',
    lines: whole('client_errors'),
    traffic: true,
    tone: 'warn'
  },
  {
    key: 'server_errors',
    unit: 'requests',
    kind: 'whole',
    lines: whole('server_errors'),
    traffic: true,
    tone: 'error'
  },
  {
    key: 'latency',
    unit: 'seconds',
    kind: 'percentile',
    lines: ({ latency }) => latency,
    traffic: true
  },
  {
    key: 'predict_qps',
    unit: 'requests',
    kind: 'revision',
    lines: metrics => metrics.predict_qps,
    traffic: true
  },
  {
    key: 'reward',
    unit: 'count',
    kind: 'revision',
    lines: ({ reward }) => reward,
    traffic: true
  },
  {
    key: 'cpu',
    unit: 'cores',
    kind: 'replica',
    lines: ({ cpu }) => cpu,
    traffic: false
  },
  {
    key: 'memory',
    unit: 'bytes',
    kind: 'replica',
    lines: ({ memory }) => memory,
    traffic: false
  },
  {
    key: 'ready',
    unit: 'count',
    kind: 'whole',
    lines: whole('ready'),
    traffic: false,
    extra: true
  },
  {
    key: 'in_flight',
    unit: 'count',
    kind: 'whole',
    lines: whole('in_flight'),
    traffic: true,
    extra: true
  },
  {
    key: 'model_latency',
    unit: 'seconds',
    kind: 'revision',
    lines: metrics => metrics.model_latency,
    traffic: true,
    extra: true
  },
  {
    key: 'batch_size',
    unit: 'count',
    kind: 'revision',
    lines: metrics => metrics.batch_size,
    traffic: true,
    extra: true
  },
  {
    key: 'bytes',
    unit: 'throughput',
    kind: 'way',
    lines: ({ bytes_in, bytes_out }) => [
      { label: 'in', values: bytes_in },
      { label: 'out', values: bytes_out }
    ],
    traffic: true,
    extra: true
  }
];
