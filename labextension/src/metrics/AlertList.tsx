import React from 'react';

import type { AlertRule, AlertState, Alerts } from '../api/contract';
import { elapsed, exactTime, useNow } from '../ui/time';
import { useLocale, useTranslation } from '../ui/translation';
import { alertTitle, measuredWords, ruleWords } from './alertWords';

/** How the rules stand now. */
export function AlertList({
  alerts,
  active
}: {
  alerts: Alerts;
  active: boolean;
}): JSX.Element {
  const trans = useTranslation();
  const counting = alerts.states.some(
    ({ state }) => state === 'firing' || state === 'pending'
  );
  const now = useNow(counting ? 1_000 : 15_000, active);
  return (
    <>
      <ul className="pd-Alerts-list" aria-label={trans.__('Alert rules')}>
        {alerts.rules.map(rule => (
          <Rule
            key={rule.kind}
            rule={rule}
            state={alerts.states.find(({ kind }) => kind === rule.kind)}
            now={now}
          />
        ))}
      </ul>
      {alerts.webhook && (
        <p className="pd-Alerts-webhook">
          <span className="pd-quiet">{trans.__('Webhook')}</span>{' '}
          <code>{alerts.webhook}</code>
        </p>
      )}
      {alerts.delivery && (
        <p className="pd-Alerts-trouble" role="alert">
          {trans.__('The webhook could not be called: %1', alerts.delivery)}
        </p>
      )}
    </>
  );
}

function Rule({
  rule,
  state,
  now
}: {
  rule: AlertRule;
  state: AlertState | undefined;
  now: number;
}): JSX.Element {
  const trans = useTranslation();
  const locale = useLocale();
  const stands = rule.enabled ? (state?.state ?? 'unknown') : 'off';
  return (
    <li data-alert={rule.kind} data-state={stands}>
      <span className="pd-Alerts-what">
        <strong>{alertTitle(rule.kind, trans)}</strong>{' '}
        <span className="pd-quiet">{ruleWords(rule, locale, trans)}</span>
      </span>
      <Standing rule={rule} state={state} now={now} />
    </li>
  );
}

function Standing({
  rule,
  state,
  now
}: {
  rule: AlertRule;
  state: AlertState | undefined;
  now: number;
}): JSX.Element {
  const trans = useTranslation();
  const locale = useLocale();
  if (!rule.enabled) {
    return <span className="pd-Alerts-state">{trans.__('Off')}</span>;
  }
  const since = state?.since ?? null;
  const time = since === null ? '' : elapsed(since, now, trans);
  const value =
    state && state.value !== null && rule.kind !== 'no_ready_replica'
      ? trans.__('now %1', measuredWords(rule.kind, state.value, locale, trans))
      : '';
  return (
    <span
      className={`pd-Alerts-state pd-mod-${state?.state ?? 'unknown'}`}
      title={since === null ? undefined : exactTime(since, locale)}
    >
      <span className="pd-Alerts-word">{word()}</span>
      {value && <span>{value}</span>}
    </span>
  );

  function word(): string {
    switch (state?.state) {
      case 'firing':
        return trans.__('Firing for %1', time);
      case 'pending':
        return trans.__('Broken for %1, not firing yet', time);
      case 'ok':
        return trans.__('OK');
      default:
        return trans.__('Nothing to tell from yet');
    }
  }
}
