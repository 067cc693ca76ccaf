import React, { useCallback, useMemo, useState } from 'react';

import type { Replica } from '../api/contract';
import { useResource } from '../model/binding';
import { Confirm, useAsk } from '../ui/dialogs';
import { useSession } from '../ui/session';
import { useNow } from '../ui/time';
import { useTranslation } from '../ui/translation';
import { useDetail } from './context';
import { Section } from './parts';
import { ReplicaRow, stateOf } from './ReplicaRow';
import { isWaiting, ordered, scaleOf } from './replicas';

/** So many are listed; where there are more, the strip leads to each. */
const LISTED = 8;

/** Every replica with its way; one alone can be restarted or killed. */
export function Replicas({ active }: { active: boolean }): JSX.Element | null {
  const trans = useTranslation();
  const { deployment } = useDetail();
  const details = useSession().details(deployment.id);
  const replicas = useResource(details.replicas, active).value;
  const moving = replicas?.some(isWaiting) ?? false;
  const now = useNow(moving ? 1000 : 30_000, active);
  const [all, setAll] = useState(false);
  const [chosen, setChosen] = useState('');
  const { busy, restart } = useReplicaControls();
  const sorted = useMemo(() => ordered(replicas ?? []), [replicas]);
  const scale = useMemo(() => scaleOf(sorted, now), [sorted, now]);
  if (replicas === null || replicas.length === 0) {
    return null;
  }
  const many = sorted.length > LISTED;
  const one = sorted.find(({ name }) => name === chosen);
  const listed = !many || all ? sorted : one ? [one] : sorted.slice(0, LISTED);
  const ready = sorted.filter(item => !isWaiting(item)).length;
  return (
    <Section
      title={trans.__('Replicas')}
      className="pd-ReplicaPart"
      note={
        <span className="pd-quiet">
          {trans.__('%1 of %2 ready', ready, sorted.length)}
        </span>
      }
    >
      {many && <Strip replicas={sorted} chosen={chosen} onChoose={setChosen} />}
      <ul className="pd-ReplicaList">
        {listed.map(replica => (
          <ReplicaRow
            key={replica.name}
            replica={replica}
            scale={scale}
            now={now}
            busy={busy.has(replica.name)}
            onRestart={restart}
          />
        ))}
      </ul>
      {many && (
        <button
          type="button"
          className="pd-Link"
          aria-expanded={all}
          onClick={() => {
            setAll(!all);
            setChosen('');
          }}
        >
          {all
            ? trans.__('Show fewer')
            : trans.__('Show all %1 replicas', sorted.length)}
        </button>
      )}
    </Section>
  );
}

/** One small button a replica: a hundred of them at one look. */
function Strip({
  replicas,
  chosen,
  onChoose
}: {
  replicas: readonly Replica[];
  chosen: string;
  onChoose: (name: string) => void;
}): JSX.Element {
  const trans = useTranslation();
  return (
    <div
      className="pd-Strip"
      role="group"
      aria-label={trans.__('Choose a replica')}
    >
      {replicas.map(replica => {
        const words = trans.__(
          'Replica %1: %2',
          replica.name,
          stateOf(replica, trans)
        );
        return (
          <button
            type="button"
            key={replica.name}
            className={`pd-Strip-one pd-mod-${replica.step}`}
            aria-pressed={replica.name === chosen}
            aria-label={words}
            title={words}
            onClick={() =>
              onChoose(replica.name === chosen ? '' : replica.name)
            }
          />
        );
      })}
    </div>
  );
}

interface IReplicaControls {
  /** Names of those that something is being done to. */
  busy: ReadonlySet<string>;
  restart: (replica: Replica, kill: boolean) => void;
}

/** Restart one gently, or kill it, with a question before. */
function useReplicaControls(): IReplicaControls {
  const trans = useTranslation();
  const { deployment } = useDetail();
  const { client, details, report } = useSession();
  const ask = useAsk();
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const { id } = deployment;
  const { replicas, events } = details(id);
  const last = deployment.status.replicas.ready <= 1;
  const restart = useCallback(
    async ({ name, serving }: Replica, kill: boolean) => {
      const confirmed =
        !kill ||
        (await ask<boolean>(answer => (
          <Confirm
            title={trans.__('Kill replica %1?', name)}
            action={trans.__('Kill')}
            danger
            onAnswer={answer}
          >
            <p>
              {trans.__(
                'Its process ends at once: requests that it is answering fail. Another one takes its place.'
              )}
            </p>
            {serving && last && (
              <p>
                {trans.__(
                  'It is the only one that serves: callers get errors until the next one is ready.'
                )}
              </p>
            )}
          </Confirm>
        )));
      if (!confirmed) {
        return;
      }
      setBusy(before => new Set(before).add(name));
      try {
        await client.restartReplica(id, name, kill);
        await Promise.all([replicas.refresh(), events.refresh()]);
      } catch (problem) {
        report(problem);
      } finally {
        setBusy(before => new Set([...before].filter(one => one !== name)));
      }
    },
    [ask, client, id, last, report, replicas, events, trans]
  );
  return {
    busy,
    restart: useCallback(
      (replica, kill) => void restart(replica, kill),
      [restart]
    )
  };
}
