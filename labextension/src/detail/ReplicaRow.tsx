import { refreshIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React, { memo } from 'react';

import type { Replica } from '../api/contract';
import { amount } from '../ui/QuotaBars';
import { elapsed } from '../ui/time';
import { useTranslation } from '../ui/translation';
import { useDetail } from './context';
import { duration } from './duration';
import { killIcon } from './icons';
import { isEndable, isWaiting, timeline } from './replicas';

export interface IReplicaRowProps {
  replica: Replica;
  /** How long the scale of all timelines is (ms). */
  scale: number;
  now: number;
  busy: boolean;
  onRestart: (replica: Replica, kill: boolean) => void;
}

/** One replica: what it does, since when, and how it got there. */
export const ReplicaRow = memo((props: IReplicaRowProps): JSX.Element => {
  const { replica, scale, now, busy, onRestart } = props;
  const { name, revision, attempt, restarts, memory, pid, message } = replica;
  const trans = useTranslation();
  const { deployment, writable } = useDetail();
  const trouble = isWaiting(replica) ? message : '';
  const facts = [
    trans.__('revision %1', revision),
    attempt > 1 ? trans.__('attempt %1', attempt) : '',
    memory === null || memory === undefined
      ? ''
      : amount('memory', memory, trans),
    restarts > 0 ? trans._n('%1 restart', '%1 restarts', restarts) : '',
    replica.step === 'ready'
      ? trans.__('for %1', elapsed(replica.step_since, now, trans))
      : '',
    pid ? trans.__('process %1', pid) : ''
  ].filter(Boolean);
  return (
    <li className={`pd-Replica pd-mod-${replica.step}`}>
      <div className="pd-Replica-head">
        <span className="pd-Replica-dot" aria-hidden="true" />
        <span className="pd-Replica-name" title={name}>
          <span className="pd-Replica-stem">{stemOf(name)}</span>
          {name.slice(stemOf(name).length)}
        </span>
        <span className="pd-Replica-state">{stateOf(replica, trans)}</span>
        {writable && isEndable(replica, deployment) && (
          <span className="pd-IconButtons">
            <Button
              label={trans.__('Restart replica %1', name)}
              busy={busy}
              onClick={() => onRestart(replica, false)}
            >
              <refreshIcon.react tag="span" width="16px" />
            </Button>
            <Button
              label={trans.__('Kill replica %1', name)}
              busy={busy}
              onClick={() => onRestart(replica, true)}
            >
              <killIcon.react tag="span" width="16px" />
            </Button>
          </span>
        )}
      </div>
      <Timeline replica={replica} scale={scale} now={now} />
      <p className="pd-Replica-facts">{facts.join(' · ')}</p>
      {restarts > 0 && replica.last_exit && (
        <p className="pd-Replica-exit">
          {trans.__('Before: %1', replica.last_exit)}
        </p>
      )}
      {trouble && <p className="pd-Replica-message">{trouble}</p>}
    </li>
  );
});
ReplicaRow.displayName = 'ReplicaRow';

/** pending → running, as bars whose lengths compare with those of the other replicas. */
function Timeline({
  replica,
  scale,
  now
}: Pick<IReplicaRowProps, 'replica' | 'scale' | 'now'>): JSX.Element | null {
  const trans = useTranslation();
  const segments = timeline(replica, scale, now);
  if (segments.length === 0) {
    return null;
  }
  const words = segments
    .map(({ step, took }) =>
      trans.__('%1 %2', stepWord(step, trans), duration(took, trans))
    )
    .join(', ');
  return (
    <div className="pd-Timeline" role="img" aria-label={words} title={words}>
      {segments.map(({ step, from, to }) => (
        <span
          key={step}
          className={`pd-Timeline-part pd-mod-${step}`}
          style={{ left: `${from * 100}%`, width: `${(to - from) * 100}%` }}
        />
      ))}
    </div>
  );
}

function Button({
  label,
  busy,
  onClick,
  children
}: React.PropsWithChildren<{
  label: string;
  busy: boolean;
  onClick: () => void;
}>): JSX.Element {
  return (
    <button
      type="button"
      className="pd-IconButton"
      aria-label={label}
      title={label}
      aria-busy={busy}
      onClick={busy ? undefined : onClick}
    >
      {children}
    </button>
  );
}

/** What of a name may be cut off: of a pod's all but its last part. */
const stemOf = (name: string): string =>
  /^(.+)-[a-z0-9]{5}$/.exec(name)?.[1] ?? '';

/** What a replica is at, in a word; ready ones that take no traffic say so. */
export function stateOf(
  { step, serving }: Replica,
  trans: TranslationBundle
): string {
  return step === 'ready' && !serving
    ? trans.__('ready, no traffic yet')
    : stepWord(step, trans);
}

function stepWord(step: Replica['step'], trans: TranslationBundle): string {
  switch (step) {
    case 'scheduling':
      return trans.__('waiting for room');
    case 'pulling':
      return trans.__('pulling');
    case 'starting':
      return trans.__('starting');
    case 'loading':
      return trans.__('loading');
    case 'ready':
      return trans.__('ready');
    case 'backing-off':
      return trans.__('waiting to start again');
    case 'stopping':
      return trans.__('stopping');
    case 'exited':
      return trans.__('ended');
  }
}
