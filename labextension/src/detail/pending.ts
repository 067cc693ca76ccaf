import type {
  Deployment,
  DeploymentEvent,
  Health,
  Replica
} from '../api/contract';

/** What a deployment may wait for, the worst first. */
const KINDS = [
  'engine',
  'denied',
  'full',
  'memory',
  'image',
  'config',
  'command',
  'volume',
  'crash',
  'probe',
  'node',
  'room',
  'quota',
  'leaving',
  'pulling',
  'scheduling',
  'starting',
  'loading',
  'traffic',
  'draining'
] as const;

export type CauseKind = (typeof KINDS)[number];

/** One thing that is waited for, by all replicas that do. */
export interface ICause {
  readonly kind: CauseKind;
  /** Names; empty where it concerns none in particular. */
  readonly replicas: readonly string[];
  /** What the engine says about it; may be empty. */
  readonly message: string;
  /** Since when the one that waits longest does (ms); null: nobody knows. */
  readonly since: number | null;
  /** When it goes on by itself (ms); null: nobody knows. */
  readonly until: number | null;
  /** Of the replica that was tried most often. */
  readonly attempt: number;
  /** How the attempt before ended; may be empty. */
  readonly exit: string;
}

export interface IFacts {
  readonly deployment: Deployment;
  readonly replicas: readonly Replica[];
  /** Newest first. */
  readonly events: readonly DeploymentEvent[];
  /** Null: not known yet. */
  readonly health: Health | null;
}

/** Why a deployment is not, or not wholly, there: nothing once it is, or when nothing is tried any more. */
export function causes(facts: IFacts): ICause[] {
  const { status } = facts.deployment;
  if (status.phase === 'Failed') {
    // What keeps failing is tried again and again.
    const found = [...denied(facts), ...ofReplicas(facts)].filter(({ kind }) =>
      FAILURES.has(kind)
    );
    return found.length > 0 ? found : givenUp(facts);
  }
  if (status.phase !== 'Deploying' && status.reason !== 'Degraded') {
    return [];
  }
  const found =
    status.reason === 'Stopping' || status.reason === 'Deleting'
      ? draining(facts)
      : [...denied(facts), ...missing(facts), ...ofReplicas(facts)];
  const all = [...ofEngine(facts), ...found];
  const settled = all.length === 0 && status.phase === 'Deploying';
  return (settled ? [cause({ kind: 'traffic' })] : all).sort(
    (one, other) => KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind)
  );
}

function ofEngine({ deployment, events, health }: IFacts): ICause[] {
  const found: ICause[] = [];
  if (health && health.status !== 'ok' && health.message) {
    found.push(cause({ kind: 'engine', message: health.message }));
  }
  const error = events.find(({ reason }) => reason === 'EngineError');
  if (error && Date.parse(error.time) >= Date.parse(deployment.status.since)) {
    found.push(
      cause({
        kind: 'engine',
        message: error.message,
        since: Date.parse(error.time)
      })
    );
  }
  return found;
}

function draining({ replicas }: IFacts): ICause[] {
  return replicas.length > 0
    ? [cause({ kind: 'draining', replicas: replicas.map(({ name }) => name) })]
    : [];
}

/** Replicas that the cluster doesn't let be made. */
function denied({ deployment: { status } }: IFacts): ICause[] {
  return status.reason === 'QuotaDenied' || status.reason === 'AdmissionDenied'
    ? [
        cause({
          kind: status.reason === 'QuotaDenied' ? 'full' : 'denied',
          message: status.message,
          since: Date.parse(status.since)
        })
      ]
    : [];
}

/** What is not tried any more: nothing is left of it but what the engine said. */
function givenUp({ deployment: { status } }: IFacts): ICause[] {
  const kind = OF_REASON[status.reason];
  return kind === undefined
    ? []
    : [
        cause({
          kind,
          message: status.message,
          since: Date.parse(status.since)
        })
      ];
}

/** Replicas that are wanted and were not begun. */
function missing({ deployment, replicas, events }: IFacts): ICause[] {
  const wanted = current(replicas);
  const lacking = deployment.status.replicas.desired - wanted.length;
  const leaving = replicas.filter(({ step }) => step === 'stopping');
  const found: ICause[] = [];
  if (leaving.length > 0) {
    found.push(
      cause({
        kind: 'leaving',
        replicas: leaving.map(({ name }) => name),
        since: earliest(leaving)
      })
    );
  }
  const inSteps = events.find(
    ({ reason, revision }) =>
      reason === 'ReplacedInSteps' && revision === deployment.revision
  );
  if (lacking > 0 && inSteps) {
    found.push(cause({ kind: 'quota', message: inSteps.message }));
  } else if (
    lacking > 0 &&
    leaving.length === 0 &&
    denied({ deployment, replicas, events, health: null }).length === 0
  ) {
    found.push(cause({ kind: 'scheduling' }));
  }
  return found;
}

function ofReplicas({ replicas }: IFacts): ICause[] {
  const groups = new Map<string, Replica[]>();
  for (const replica of current(replicas)) {
    const kind = kindOf(replica);
    if (kind !== null) {
      const key = `${kind}\n${replica.message}`;
      groups.set(key, [...(groups.get(key) ?? []), replica]);
    }
  }
  return [...groups.values()].map(group => {
    const next = group
      .filter(one => one.next_attempt_at)
      .map(one => Date.parse(one.next_attempt_at!));
    const tried = [...group].sort((a, b) => b.attempt - a.attempt)[0]!;
    return {
      kind: kindOf(tried)!,
      replicas: group.map(({ name }) => name),
      message: tried.message,
      since: earliest(group),
      until: next.length > 0 ? Math.min(...next) : null,
      attempt: tried.attempt,
      exit: tried.last_exit
    };
  });
}

/** Those of the newest revision that runs, but those that are on their way out. */
function current(replicas: readonly Replica[]): readonly Replica[] {
  const staying = replicas.filter(({ step }) => step !== 'stopping');
  const newest = Math.max(...staying.map(({ revision }) => revision));
  return staying.filter(({ revision }) => revision === newest);
}

/** What only a cluster can tell; the message is its own words. */
const OF_REASON: { readonly [reason: string]: CauseKind } = {
  ImagePullFailed: 'image',
  ConfigMissing: 'config',
  CommandFailed: 'command',
  VolumeFailed: 'volume',
  ProbeFailed: 'probe',
  NodeLost: 'node',
  Evicted: 'node',
  Unschedulable: 'room',
  OOMKilled: 'memory'
};

/** What is tried again and again although the deployment failed. */
const FAILURES: ReadonlySet<CauseKind> = new Set([
  'crash',
  'denied',
  'full',
  ...Object.values(OF_REASON)
]);

function kindOf({ step, reason, message }: Replica): CauseKind | null {
  if (step === 'ready' || step === 'stopping') {
    return null;
  }
  const told = reason && OF_REASON[reason];
  if (told && told !== 'memory') {
    return told;
  }
  switch (step) {
    case 'scheduling':
      return message ? 'room' : 'scheduling';
    case 'pulling':
    case 'starting':
    case 'loading':
      return step;
    case 'backing-off':
    case 'exited':
      return told ?? 'crash';
  }
}

function earliest(replicas: readonly Replica[]): number {
  return Math.min(...replicas.map(one => Date.parse(one.step_since)));
}

function cause(facts: Partial<ICause> & { kind: CauseKind }): ICause {
  return {
    replicas: [],
    message: '',
    since: null,
    until: null,
    attempt: 1,
    exit: '',
    ...facts
  };
}
