import type { TranslationBundle } from '@jupyterlab/translation';

import type { AlertKind, AlertRule } from '../api/contract';
import { UNKNOWN, written } from './units';

/** The kinds of rules, the most useful first. */
export const ALERT_KINDS: readonly AlertKind[] = [
  'error_rate',
  'latency_p95',
  'no_ready_replica',
  'reward_below'
];

export function alertTitle(kind: AlertKind, trans: TranslationBundle): string {
  switch (kind) {
    case 'error_rate':
      return trans.__('Error rate');
    case 'latency_p95':
      return trans.__('Latency p95');
    case 'no_ready_replica':
      return trans.__('No ready replica');
    case 'reward_below':
      return trans.__('Low reward');
  }
}

/** What exactly it looks at. */
export function alertMeaning(
  kind: AlertKind,
  trans: TranslationBundle
): string {
  switch (kind) {
    case 'error_rate':
      return trans.__('Share of predictions that are answered with 5xx.');
    case 'latency_p95':
      return trans.__('One prediction in twenty takes longer than this.');
    case 'no_ready_replica':
      return trans.__('It should run, and no replica answers.');
    case 'reward_below':
      return trans.__('Mean reward of the feedback, zeros included.');
  }
}

/** When it fires: `Error rate above 5 %, in 5 min, for 1 min`. */
export function ruleWords(
  rule: AlertRule,
  locale: string,
  trans: TranslationBundle
): string {
  const limit = measuredWords(rule.kind, rule.threshold, locale, trans);
  const window = durationWords(rule.window, trans);
  const held =
    rule.hold > 0
      ? trans.__('for %1', durationWords(rule.hold, trans))
      : trans.__('at once');
  switch (rule.kind) {
    case 'error_rate':
    case 'latency_p95':
      return trans.__('above %1 in the last %2, %3', limit, window, held);
    case 'no_ready_replica':
      return held;
    case 'reward_below':
      return trans.__('below %1 in the last %2, %3', limit, window, held);
  }
}

/** What a rule compares, in its unit. */
export function measuredWords(
  kind: AlertKind,
  value: number | null,
  locale: string,
  trans: TranslationBundle
): string {
  if (value === null) {
    return UNKNOWN;
  }
  switch (kind) {
    case 'error_rate':
      return written(value, 'share', locale, trans);
    case 'latency_p95':
      return written(value, 'seconds', locale, trans);
    case 'no_ready_replica':
    case 'reward_below':
      return written(value, 'count', locale, trans);
  }
}

/** `45 s`, `5 min`, `1 h`. */
export function durationWords(
  seconds: number,
  trans: TranslationBundle
): string {
  if (seconds > 0 && seconds % 3600 === 0) {
    return trans.__('%1 h', seconds / 3600);
  }
  return seconds > 0 && seconds % 60 === 0
    ? trans.__('%1 min', seconds / 60)
    : trans.__('%1 s', seconds);
}

/** What fires, in a row of a list. */
export function firingWords(
  kinds: readonly string[],
  trans: TranslationBundle
): string {
  const names = kinds.map(kind => alertName(kind, trans));
  return trans.__('Alert: %1', names.join(', '));
}

/** The title of a kind; one that is newer than this page keeps its name. */
export const alertName = (kind: string, trans: TranslationBundle): string =>
  (ALERT_KINDS as readonly string[]).includes(kind)
    ? alertTitle(kind as AlertKind, trans)
    : kind;
