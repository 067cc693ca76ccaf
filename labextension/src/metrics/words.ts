import type { TranslationBundle } from '@jupyterlab/translation';

import type { MetricsChart, MetricsMark, MetricsRange } from '../api/contract';
import type { LineKind } from './charts';

/** The ranges, shortest first. */
export const RANGES: readonly MetricsRange[] = ['15m', '1h', '6h', '24h', '7d'];

export function rangeWords(
  range: MetricsRange,
  trans: TranslationBundle
): string {
  switch (range) {
    case '15m':
      return trans.__('15 min');
    case '1h':
      return trans.__('1 h');
    case '6h':
      return trans.__('6 h');
    case '24h':
      return trans.__('24 h');
    case '7d':
      return trans.__('7 d');
  }
}

export function chartTitle(
  key: MetricsChart,
  trans: TranslationBundle
): string {
  switch (key) {
    case 'qps':
      return trans.__('Requests per second');
    case 'success':
      return trans.__('Success rate');
    case 'client_errors':
      return trans.__('4xx per second');
    case 'server_errors':
      return trans.__('5xx per second');
    case 'predict_qps':
      return trans.__('Predictions per second, by revision');
    case 'reward':
      return trans.__('Reward, by revision');
    case 'latency':
      return trans.__('Latency');
    case 'model_latency':
      return trans.__('Time in the model, by revision');
    case 'in_flight':
      return trans.__('Requests in flight');
    case 'bytes':
      return trans.__('Traffic');
    case 'batch_size':
      return trans.__('Rows in a prediction, by revision');
    case 'cpu':
      return trans.__('CPU cores, by replica');
    case 'memory':
      return trans.__('Memory, by replica');
    case 'ready':
      return trans.__('Ready replicas');
  }
}

/** What exactly is counted. */
export function chartMeaning(
  key: MetricsChart,
  trans: TranslationBundle
): string {
  switch (key) {
    case 'qps':
      return trans.__('Predictions answered at the endpoint, with any status');
    case 'success':
      return trans.__(
        'Share of answers that are not 5xx: a 4xx is the doing of the caller'
      );
    case 'client_errors':
      return trans.__('Answers that refuse what the caller sent');
    case 'server_errors':
      return trans.__('Answers that say the deployment failed');
    case 'predict_qps':
      return trans.__('Predictions that reached the model of each revision');
    case 'reward':
      return trans.__('Mean reward of the feedback, zeros included');
    case 'latency':
      return trans.__(
        'From the first byte of a request to the last of its answer, at the endpoint'
      );
    case 'model_latency':
      return trans.__('Mean time that the model itself took');
    case 'in_flight':
      return trans.__('Requests being answered: the largest number seen');
    case 'bytes':
      return trans.__('Bytes from and to callers');
    case 'batch_size':
      return trans.__('Mean rows of a prediction');
    case 'cpu':
      return trans.__('Cores that each replica keeps busy');
    case 'memory':
      return trans.__('What each replica takes; shared pages in proportion');
    case 'ready':
      return trans.__('Replicas that answer');
  }
}

export function lineName(
  kind: LineKind,
  label: string,
  title: string,
  trans: TranslationBundle
): string {
  switch (kind) {
    case 'whole':
      return title;
    case 'percentile':
      return label;
    case 'revision':
      return trans.__('revision %1', label);
    case 'replica':
      return trans.__('replica %1', label);
    case 'way':
      return label === 'in' ? trans.__('in') : trans.__('out');
  }
}

export function markWord(
  kind: MetricsMark['kind'],
  trans: TranslationBundle
): string {
  switch (kind) {
    case 'revision':
      return trans.__('Revision');
    case 'restart':
      return trans.__('Restart');
    case 'failure':
      return trans.__('Failure');
    case 'stop':
      return trans.__('Stop');
    case 'alert':
      return trans.__('Alert');
  }
}
