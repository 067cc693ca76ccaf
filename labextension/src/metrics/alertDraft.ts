import type { TranslationBundle } from '@jupyterlab/translation';

import { Draft, Same, text } from '../admin/merge';
import type {
  AlertKind,
  AlertRule,
  AlertSettings,
  Alerts
} from '../api/contract';
import { ALERT_KINDS } from './alertWords';

/** A rule as it is typed: the threshold is a text in the unit of its kind. */
export interface IRuleDraft {
  readonly kind: AlertKind;
  readonly enabled: boolean;
  readonly threshold: string;
  readonly window: number;
  readonly hold: number;
}

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

/**
 * What is edited, for all that forms share: a field for each kind (its rule in writing, or nothing) and the webhook.
 * A stored webhook is there as it is shown, without its path.
 */
export function draftOf(alerts: Pick<Alerts, 'rules' | 'webhook'>): Draft {
  const draft: Record<string, string> = { webhook: alerts.webhook };
  for (const kind of ALERT_KINDS) {
    const rule = alerts.rules.find(one => one.kind === kind);
    draft[kind] = rule ? field(typed(rule)) : '';
  }
  return draft;
}

/** A rule in writing: what a draft holds of it. */
export const field = (rule: IRuleDraft): string => JSON.stringify(rule);

/** The rule of a kind; null where there is none. */
export function ruleIn(draft: Draft, kind: AlertKind): IRuleDraft | null {
  const written = text(draft, kind);
  return written ? (JSON.parse(written) as IRuleDraft) : null;
}

/** The rules of a draft. */
export const rulesIn = (draft: Draft): IRuleDraft[] =>
  ALERT_KINDS.flatMap(kind => ruleIn(draft, kind) ?? []);

/** 5 and 5.0 are the same threshold. */
export const sameField: Same = (name, left, right) =>
  left === right ||
  (name !== 'webhook' &&
    Boolean(left && right) &&
    JSON.stringify(stored(JSON.parse(left as string) as IRuleDraft)) ===
      JSON.stringify(stored(JSON.parse(right as string) as IRuleDraft)));

/** What is wrong with a draft, by field: what needs no server to know. */
export function problemsOf(
  draft: Draft,
  /** As it is stored: it may be sent back as it is shown. */
  webhook: string,
  trans: TranslationBundle
): Record<string, string> {
  const messages: Record<string, string> = {};
  for (const rule of rulesIn(draft)) {
    const problem = thresholdProblem(rule, trans);
    if (problem) {
      messages[rule.kind] = problem;
    }
  }
  const typedWebhook = text(draft, 'webhook');
  const problem =
    typedWebhook === webhook ? '' : webhookProblem(typedWebhook, trans);
  if (problem) {
    messages['webhook'] = problem;
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
      return Number.isNaN(value)
        ? trans.__('A number, such as 0.5; rewards may be below 0')
        : '';
  }
}

function webhookProblem(address: string, trans: TranslationBundle): string {
  if (address === '') {
    return '';
  }
  if (isMasked(address)) {
    return trans.__('The whole address: its path is not known here');
  }
  if (!/^https?:\/\/\S+$/.test(address) || !URL.canParse(address)) {
    return trans.__('An address that begins with https:// or http://');
  }
  return address.length > MOST_LETTERS
    ? trans.__('At most %1 letters', MOST_LETTERS)
    : '';
}

/** Whether an address is one as it is shown. */
export const isMasked = (address: string): boolean => address.endsWith('/…');

/** What is sent for a draft without problems. */
export const settingsOf = (draft: Draft): AlertSettings => ({
  rules: rulesIn(draft).map(stored),
  // Sent as it was shown, the stored one stays.
  webhook: text(draft, 'webhook')
});

/** A rule as it is stored. */
export const stored = ({
  kind,
  enabled,
  threshold,
  window,
  hold
}: IRuleDraft): AlertRule => ({
  kind,
  enabled,
  window,
  hold,
  threshold:
    kind === 'no_ready_replica' ? 0 : numberOf(threshold) / FACTOR[kind]
});

const typed = ({
  kind,
  enabled,
  threshold,
  window,
  hold
}: AlertRule): IRuleDraft => ({
  kind,
  enabled,
  // Without the noise of binary fractions.
  threshold: String(Number((threshold * FACTOR[kind]).toPrecision(10))),
  window,
  hold
});

/** NaN for what is no number; a comma is a point. */
const numberOf = (written: string): number =>
  /^\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)\s*$/.test(written)
    ? Number(written.replace(',', '.'))
    : NaN;
