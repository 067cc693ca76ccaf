import type { TranslationBundle } from '@jupyterlab/translation';
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

/** Names that are listed before the rest is a number. */
const NAMED = 4;

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
  const wayOut = wayOutOf(cause, trans);
  const show = (tab: DetailTab) => () => go({ view: 'deployment', id, tab });
  return (
    <>
      <p className="pd-Pending-what">
        <strong>{causeTitle(cause, deployment.group, trans)}</strong>
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

function causeTitle(
  { kind, replicas }: ICause,
  group: string,
  trans: TranslationBundle
): string {
  const who = replicaList(replicas, trans);
  switch (kind) {
    case 'engine':
      return trans.__('The engine or its gateway has a problem');
    case 'memory':
      return trans.__('%1: out of memory', who);
    case 'crash':
      return trans.__('%1: waits to start again after a failure', who);
    case 'denied':
      return trans.__('A rule of the cluster forbids its replicas');
    case 'full':
      return trans.__('The cluster’s quota of %1 is used up', group);
    case 'image':
      return trans.__('%1: its image cannot be pulled', who);
    case 'config':
      return trans.__('%1: a secret or configuration is missing', who);
    case 'command':
      return trans.__('%1: its command cannot be run', who);
    case 'volume':
      return trans.__('%1: a volume cannot be mounted', who);
    case 'probe':
      return trans.__('%1: runs, but does not answer its probe', who);
    case 'node':
      return trans.__('%1: its node is lost or gave it up', who);
    case 'room':
      return trans.__('%1: no room to run', who);
    case 'quota':
      return trans.__('The quota of %1 is used up', group);
    case 'leaving':
      return trans.__('%1 of an earlier roll-out: still ending', who);
    case 'pulling':
      return trans.__('%1: the image is pulled', who);
    case 'scheduling':
      return replicas.length > 0
        ? trans.__('%1: waits for a process', who)
        : trans.__('Replicas are about to be started');
    case 'starting':
      return trans.__('%1: imports the libraries', who);
    case 'loading':
      return trans.__('%1: loads the model and tries its example', who);
    case 'traffic':
      return trans.__('All replicas are ready: the gateway takes them up');
    case 'draining':
      return trans.__('%1: answers what is in flight', who);
  }
}

function wayOutOf({ kind }: ICause, trans: TranslationBundle): string {
  switch (kind) {
    case 'engine':
      return trans.__(
        'It is tried again by itself. If this lasts, tell an administrator of this server.'
      );
    case 'memory':
      return trans.__(
        'Choose an instance type with more memory, or a smaller model.'
      );
    case 'crash':
      return trans.__(
        'If the logs show an error of the model, mend it and update the deployment.'
      );
    case 'denied':
      return trans.__(
        'Change what the rule names, or show its words to an administrator of the cluster.'
      );
    case 'full':
      return trans.__(
        'It starts when there is room: stop another deployment of the group, choose a smaller instance type, or ask an administrator for more.'
      );
    case 'image':
      return trans.__(
        'Check the name and tag of the image; if its registry is private, name a pull secret that may read it.'
      );
    case 'config':
      return trans.__(
        'It starts by itself once what is missing is there: create it in the namespace of the group, or change the name.'
      );
    case 'command':
      return trans.__(
        'The image has no such program, or may not run it: choose an image that serves by itself, or mend its entry point.'
      );
    case 'volume':
      return trans.__(
        'It is tried again by itself. If this lasts, show the words above to an administrator of the cluster.'
      );
    case 'probe':
      return trans.__(
        'It must listen on the port that $PORT names. If it only needs longer to load, give it a larger instance type.'
      );
    case 'node':
      return trans.__(
        'The cluster starts it on another node by itself, which may take some minutes.'
      );
    case 'room':
      return trans.__(
        'It starts when there is room: stop something else, or choose a smaller instance type.'
      );
    case 'quota':
      return trans.__(
        'Old replicas are replaced one after the other: this takes longer, and no request is lost. Stopping another deployment of the group makes room.'
      );
    case 'leaving':
      return trans.__(
        'They answer what they have, for at most 40 s. Kill one below if it hangs.'
      );
    case 'starting':
      return trans.__(
        'The first start in an environment imports everything; later ones copy it and are faster.'
      );
    case 'loading':
    case 'pulling':
    case 'scheduling':
    case 'traffic':
      return '';
    case 'draining':
      return trans.__('Those that do not end within 40 s are killed.');
  }
}

/** `Replica 3-0`, `Replicas 3-0, 3-1 and 5 more`. */
function replicaList(
  names: readonly string[],
  trans: TranslationBundle
): string {
  const shown = names.slice(0, NAMED).join(', ');
  return names.length === 1
    ? trans.__('Replica %1', shown)
    : names.length <= NAMED
      ? trans.__('Replicas %1', shown)
      : trans.__('Replicas %1 and %2 more', shown, names.length - NAMED);
}

function seconds(milliseconds: number): number {
  return Math.max(0, Math.floor(milliseconds / 1000)) * 1000;
}
