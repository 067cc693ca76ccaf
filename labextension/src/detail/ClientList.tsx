import { deleteIcon } from '@jupyterlab/ui-components';
import React from 'react';

import type { Client } from '../api/contract';
import { exactTime, relativeTime } from '../ui/time';
import { useLocale, useTranslation } from '../ui/translation';
import { useDetail } from './context';
import { isExpired } from './clients';

/** Who may call, until when, and who did. */
export function ClientList({
  clients,
  now,
  onRevoke
}: {
  clients: readonly Client[];
  now: number;
  onRevoke: (client: Client) => void;
}): JSX.Element {
  const trans = useTranslation();
  return (
    <ul className="pd-Clients" aria-label={trans.__('Clients')}>
      {clients.map(client => (
        <Row
          key={client.name}
          client={client}
          now={now}
          onRevoke={() => onRevoke(client)}
        />
      ))}
    </ul>
  );
}

function Row({
  client,
  now,
  onRevoke
}: {
  client: Client;
  now: number;
  onRevoke: () => void;
}): JSX.Element {
  const trans = useTranslation();
  const locale = useLocale();
  const { writable } = useDetail();
  const { name, created_at, created_by, expires_at, last_used_at } = client;
  const expired = isExpired(client, now);
  const label = trans.__('Revoke %1', name);
  return (
    <li className={`pd-Client${expired ? ' pd-mod-expired' : ''}`}>
      <div className="pd-Client-head">
        <span className="pd-Client-name">{name}</span>
        {expired && (
          <span className="pd-Badge pd-mod-Failed">{trans.__('expired')}</span>
        )}
        {writable && (
          <button
            type="button"
            className="pd-IconButton"
            aria-label={label}
            title={label}
            onClick={onRevoke}
          >
            <deleteIcon.react tag="span" width="16px" />
          </button>
        )}
      </div>
      <p className="pd-Client-facts">
        <span
          title={last_used_at ? exactTime(last_used_at, locale) : undefined}
        >
          {last_used_at
            ? trans.__('last used %1', relativeTime(last_used_at, now, locale))
            : trans.__('never used')}
        </span>
        <span title={expires_at ? exactTime(expires_at, locale) : undefined}>
          {!expires_at
            ? trans.__('does not expire')
            : expired
              ? trans.__('expired %1', exactTime(expires_at, locale))
              : trans.__('expires %1', exactTime(expires_at, locale))}
        </span>
        <span title={exactTime(created_at, locale)}>
          {trans.__(
            'added %1 by %2',
            relativeTime(created_at, now, locale),
            created_by
          )}
        </span>
      </p>
    </li>
  );
}
