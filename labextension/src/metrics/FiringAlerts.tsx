import React from 'react';

import type { Alerts } from '../api/contract';
import { useResource } from '../model/binding';
import { useSession } from '../ui/session';
import { elapsed, exactTime, useNow } from '../ui/time';
import { useLocale, useTranslation } from '../ui/translation';
import { alertTitle, measuredWords, ruleWords } from './alertWords';

/** The alerts that fire, above everything that was measured. */
export function FiringAlerts({
  id,
  active
}: {
  id: string;
  active: boolean;
}): JSX.Element | null {
  const alerts = useResource(useSession().details(id).alerts, active).value;
  const firing = alerts?.states.filter(({ state }) => state === 'firing') ?? [];
  return alerts && firing.length > 0 ? (
    <List alerts={alerts} firing={firing} active={active} />
  ) : null;
}

function List({
  alerts,
  firing,
  active
}: {
  alerts: Alerts;
  firing: Alerts['states'];
  active: boolean;
}): JSX.Element {
  const trans = useTranslation();
  const locale = useLocale();
  const now = useNow(1_000, active);
  return (
    <ul className="pd-FiringAlerts" aria-label={trans.__('Alerts that fire')}>
      {firing.map(({ kind, since, value }) => {
        const rule = alerts.rules.find(one => one.kind === kind);
        return (
          <li key={kind} data-alert={kind}>
            <strong>{trans.__('Alert: %1', alertTitle(kind, trans))}</strong>
            {kind !== 'no_ready_replica' && value !== null && (
              <span>
                {trans.__('now %1', measuredWords(kind, value, locale, trans))}
              </span>
            )}
            {rule && (
              <span className="pd-quiet">{ruleWords(rule, locale, trans)}</span>
            )}
            {since !== null && (
              <span title={exactTime(since, locale)}>
                {trans.__('Firing for %1', elapsed(since, now, trans))}
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
