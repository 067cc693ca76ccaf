import type { TranslationBundle } from '@jupyterlab/translation';

import type {
  AlertKind,
  AlertRule,
  AlertSettings,
  Alerts
} from '../api/contract';

/** A rule as it is typed: the threshold is a text in the unit of its kind. */
export interface IRuleDraft {
  readonly kind: AlertKind;
  readonly enabled: boolean;
  readonly threshold: string;
  readonly window: number;
  readonly hold: number;
}

export interface IAlertsDraft {
  readonly rules: readonly IRuleDraft[];
  /** null: the stored one stays, which nobody is shown. */
  readonly webhook: string | null;
}

/** What is wrong, by field: `webhook`, or the kind of a rule for its threshold. */
export type AlertMessages = Partial<Record<AlertKind | 'webhook', string>>;

/** The first value of each kind: what most would want to be woken for. */
const PROPOSED: Readonly<Record<AlertKind, string>> = {
  error_rate: '5',
  latency_p95: '1000',
  no_ready_replica: '0',
  reward_below: '0.5'
};

/** Percent and milliseconds are what people type, shares and seconds what is stored. */
const FACTOR: Readonly<Record<AlertKind, number>> = {
  error_rate: 100,
  latency_p95: 1000,
  no_ready_replica: 1,
  reward_below: 1
};

/** Latencies are counted up to here (ms): none above is ever seen. */
const LONGEST = 60_000;
const MOST_LETTERS = 2048;

export const proposedRule = (kind: AlertKind): IRuleDraft => ({
  kind,
  enabled: true,
  threshold: PROPOSED[kind],
  window: 300,
  hold: 60
});

export function draftOf({ rules, webhook }: Alerts): IAlertsDraft {
  return {
    rules: rules.map(rule => ({
      ...rule,
      // Without the noise of binary fractions.
      threshold: String(
        Number((rule.threshold * FACTOR[rule.kind]).toPrecision(10))
      )
    })),
    webhook: webhook === '' ? '' : null
  };
}

/** What is wrong with a draft, before any server is asked. */
export function problemsOf(
  draft: IAlertsDraft,
  trans: TranslationBundle
): AlertMessages {
  const messages: AlertMessages = {};
  for (const rule of draft.rules) {
    const problem = thresholdProblem(rule, trans);
    if (problem) {
      messages[rule.kind] = problem;
    }
  }
  const problem = webhookProblem(draft.webhook ?? '', trans);
  if (problem) {
    messages.webhook = problem;
  }
  return messages;
}

function thresholdProblem(
  { kind, threshold }: IRuleDraft,
  trans: TranslationBundle
): string {
  const value = numberOf(threshold);
  switch (kind) {
    case 'no_ready_replica':
      return '';
    case 'error_rate':
      return value >= 0 && value < 100
        ? ''
        : trans.__('A percentage from 0 to less than 100, such as 5');
    case 'latency_p95':
      return value > 0 && value < LONGEST
        ? ''
        : trans.__('Milliseconds, more than 0 and less than 60000');
    case 'reward_below':
      return value >= 0 ? '' : trans.__('A number that is not below 0');
  }
}

function webhookProblem(text: string, trans: TranslationBundle): string {
  if (text === '') {
    return '';
  }
  if (!/^https?:\/\/\S+$/.test(text) || !URL.canParse(text)) {
    return trans.__('An address that begins with https:// or http://');
  }
  return text.length > MOST_LETTERS
    ? trans.__('At most %1 letters', MOST_LETTERS)
    : '';
}

/** What is sent for a draft without problems. */
export function settingsOf(
  draft: IAlertsDraft,
  stored: Pick<Alerts, 'webhook'>
): AlertSettings {
  return {
    rules: draft.rules.map(
      ({ kind, enabled, threshold, window, hold }): AlertRule => ({
        kind,
        enabled,
        window,
        hold,
        threshold:
          kind === 'no_ready_replica' ? 0 : numberOf(threshold) / FACTOR[kind]
      })
    ),
    // Sent as it was shown, the stored one stays.
    webhook: draft.webhook ?? stored.webhook
  };
}

/** Whether somebody else changed the rules since. */
export const sameSettings = (left: Alerts, right: Alerts): boolean =>
  JSON.stringify([left.rules, left.webhook]) ===
  JSON.stringify([right.rules, right.webhook]);

/** NaN for what is no number; a comma is a point. */
const numberOf = (text: string): number =>
  /^\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)\s*$/.test(text)
    ? Number(text.replace(',', '.'))
    : NaN;
