import React from 'react';

import { useResource } from '../model/binding';
import type { DetailTab } from '../model/place';
import { useNavigation } from '../ui/navigation';
import { useSession } from '../ui/session';
import { useNow } from '../ui/time';
import { useTranslation } from '../ui/translation';
import { useDetail } from './context';
import { duration } from './duration';
import { Section } from './parts';
import { ICause, causes } from './pending';
import { causeTitle, wayOutOf } from './pendingWords';

/** Answers why it is not there yet, and says the way out; nothing once it is there. */
export function PendingCard({
  active
}: {
  active: boolean;
}): JSX.Element | null {
  const trans = useTranslation();
  const { deployment } = useDetail();
  const { status } = deployment;
  const details = useSession().details(deployment.id);
  const matters =
    status.phase === 'Deploying' ||
    status.phase === 'Failed' ||
    status.reason === 'Degraded';
  const replicas = useResource(details.replicas, active && matters).value;
  const events = useResource(details.events, active && matters).value;
  const health = useResource(details.health, active && matters).value;
  const now = useNow(1000, active && matters);
  if (!matters || replicas === null) {
    return null;
  }
  const found = causes({
    deployment,
    replicas,
    events: events ?? [],
    health
  });
  if (found.length === 0) {
    return null;
  }
  return (
    <Section
      className="pd-Pending"
      title={
        status.reason === 'Degraded'
          ? trans.__('Why are not all replicas ready?')
          : status.phase === 'Failed'
            ? trans.__('Why does it fail?')
            : trans.__('Why is it pending?')
      }
    >
      <ul>
        {found.map(cause => (
          <li key={`${cause.kind} ${cause.replicas[0] ?? ''}`}>
            <Cause cause={cause} now={now} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Cause({ cause, now }: { cause: ICause; now: number }): JSX.Element {
  const trans = useTranslation();
  const { deployment, writable } = useDetail();
  const { go } = useNavigation();
  const { id } = deployment;
  const cluster = deployment.engine !== 'local';
  const wayOut = wayOutOf(cause, cluster, trans);
  const show = (tab: DetailTab) => () => go({ view: 'deployment', id, tab });
  return (
    <>
      <p className="pd-Pending-what">
        <strong>{causeTitle(cause, deployment, trans)}</strong>
        {cause.since !== null && (
          <span className="pd-quiet">
            {' '}
            {trans.__('for %1', duration(seconds(now - cause.since), trans))}
          </span>
        )}
      </p>
      {cause.message && cause.kind !== 'quota' && (
        <p className="pd-Pending-message pd-breakable">{cause.message}</p>
      )}
      {(cause.kind === 'crash' || cause.kind === 'memory') && (
        <p className="pd-Pending-next">
          {[
            cause.exit &&
              !cause.message.includes(cause.exit) &&
              trans.__('It ended with: %1.', cause.exit),
            cause.until === null
              ? ''
              : cause.until > now
                ? trans.__(
                    'Attempt %1 begins in %2.',
                    cause.attempt + 1,
                    duration(seconds(cause.until - now + 999), trans)
                  )
                : trans.__('Attempt %1 begins now.', cause.attempt + 1)
          ]
            .filter(Boolean)
            .join(' ')}
        </p>
      )}
      {wayOut && <p className="pd-Pending-out">{wayOut}</p>}
      <div className="pd-Pending-links">
        {LOGS.has(cause.kind) && (
          <button type="button" className="pd-Link" onClick={show('logs')}>
            {trans.__('Show the logs')}
          </button>
        )}
        {writable && UPDATE.has(cause.kind) && (
          <button
            type="button"
            className="pd-Link"
            onClick={() => go({ view: 'update', id })}
          >
            {trans.__('Update it')}
          </button>
        )}
        {EVENTS.has(cause.kind) && (
          <button type="button" className="pd-Link" onClick={show('events')}>
            {trans.__('Show the events')}
          </button>
        )}
      </div>
    </>
  );
}

const LOGS: ReadonlySet<string> = new Set([
  'crash',
  'memory',
  'command',
  'probe',
  'starting',
  'loading'
]);
const UPDATE: ReadonlySet<string> = new Set([
  'crash',
  'memory',
  'image',
  'config',
  'command',
  'room',
  'pulling',
  'denied'
]);
const EVENTS: ReadonlySet<string> = new Set([
  'engine',
  'denied',
  'full',
  'image',
  'config',
  'volume',
  'probe',
  'node',
  'room',
  'scheduling'
]);

function seconds(milliseconds: number): number {
  return Math.max(0, Math.floor(milliseconds / 1000)) * 1000;
}
