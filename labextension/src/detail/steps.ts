import type { Deployment, Replica, Revision, StepTime } from '../api/contract';

/** The way to serving, in its order. */
export const WAY = [
  'scheduling',
  'pulling',
  'starting',
  'loading',
  'ready'
] as const;

export type WayStep = (typeof WAY)[number];

/** From being asked for to serving, or to giving up. Times in ms since the epoch. */
export interface IStart {
  readonly revision: number;
  /** The replica whose steps these are; empty where the revision keeps them: those of its slowest. */
  readonly replica: string;
  readonly attempt: number;
  readonly begun: number;
  readonly steps: readonly StepTime[];
  /** Null while it goes on. */
  readonly ended: number | null;
  readonly outcome: Revision['outcome'];
}

/** Milliseconds. */
export interface IRange {
  readonly low: number;
  readonly high: number;
}

export interface IStepState {
  readonly step: WayStep;
  readonly state: 'done' | 'now' | 'failed' | 'ahead';
  /** How long it took, or has taken so far (ms); of `ready`: the whole way. Null before it began. */
  readonly took: number | null;
  /** How long it takes in this deployment's other starts; null: nobody knows. */
  readonly usual: IRange | null;
  /** Far longer than usual. */
  readonly slow: boolean;
}

/** How many earlier starts say what is usual. */
const COMPARED = 10;
const SLOW_FACTOR = 1.5;
const SLOW_MARGIN = 1000;

/** The start that a revision keeps; null where it started nothing. */
export function startOf(revision: Revision): IStart | null {
  return revision.steps.length === 0
    ? null
    : {
        revision: revision.number,
        replica: '',
        attempt: 1,
        begun: Date.parse(revision.created_at),
        steps: revision.steps,
        ended: revision.finished_at ? Date.parse(revision.finished_at) : null,
        outcome: revision.outcome
      };
}

/**
 * The start to show: the one under way, else the last one.
 *
 * @param revisions - Newest first.
 */
export function startShown(
  deployment: Deployment,
  revisions: readonly Revision[],
  replicas: readonly Replica[]
): IStart | null {
  if (!isStarting(deployment)) {
    const last = revisions.find(revision => revision.steps.length > 0);
    return last ? startOf(last) : null;
  }
  const newest = revisions.find(({ number }) => number === deployment.revision);
  const begun =
    newest?.outcome === 'in progress' ? Date.parse(newest.created_at) : null;
  const waiting = replicas.filter(
    ({ revision, steps, step }) =>
      step !== 'stopping' &&
      steps.length > 0 &&
      (begun === null
        ? step !== 'ready'
        : revision === deployment.revision ||
          Date.parse(steps[0]!.since) >= wholeSecond(begun))
  );
  const slowest = leastAdvanced(waiting);
  if (slowest) {
    return {
      revision: begun === null ? slowest.revision : deployment.revision,
      replica: slowest.name,
      attempt: slowest.attempt,
      // A later attempt was not asked for: it begins with itself.
      begun:
        begun !== null && slowest.restarts === 0
          ? begun
          : Date.parse(slowest.steps[0]!.since),
      steps: slowest.steps,
      ended: null,
      outcome: 'in progress'
    };
  }
  return {
    revision: deployment.revision,
    replica: '',
    attempt: 1,
    begun: begun ?? Date.parse(deployment.status.since),
    steps: [],
    ended: null,
    outcome: 'in progress'
  };
}

/** Whether replicas are on their way to serving. */
export function isStarting({ status }: Deployment): boolean {
  return (
    status.phase === 'Deploying' &&
    status.reason !== 'Stopping' &&
    status.reason !== 'Deleting'
  );
}

/** The steps of a start, each with its time and what is usual; those that this engine doesn't have are left out. */
export function stepsOf(
  start: IStart,
  revisions: readonly Revision[],
  now: number
): IStepState[] {
  const taken = taking(start, now);
  const usual = usualSteps(revisions, start.revision);
  const pulls = taken.has('pulling') || usual.has('pulling');
  const way = WAY.filter(step => step !== 'pulling' || pulls);
  const reached = way.filter(step => taken.has(step));
  const last = reached[reached.length - 1] ?? 'scheduling';
  const over = start.steps[start.steps.length - 1]?.step;
  const failed =
    start.outcome === 'failed' || over === 'backing-off' || over === 'exited';
  return way.map(step => {
    const took = taken.get(step) ?? null;
    const range = usual.get(step) ?? null;
    return {
      step,
      state: stateOf(step),
      took,
      usual: range,
      slow: took !== null && range !== null && isSlow(took, range)
    };
  });

  function stateOf(step: WayStep): IStepState['state'] {
    if (step === last) {
      return failed ? 'failed' : start.ended === null ? 'now' : 'done';
    }
    return way.indexOf(step) < way.indexOf(last) ? 'done' : 'ahead';
  }
}

/** How long each step took (ms); of `ready`, the whole way. */
export function taking(start: IStart, now: number): Map<WayStep, number> {
  const { steps, begun, ended } = start;
  const end = ended ?? now;
  const taken = new Map<WayStep, number>();
  const first = steps[0];
  if (first?.step !== 'scheduling') {
    const until = first ? Date.parse(first.since) : end;
    taken.set('scheduling', Math.max(0, until - begun));
  }
  steps.forEach(({ step, since }, index) => {
    if (!isOnTheWay(step)) {
      return;
    }
    const next = steps[index + 1];
    const from = step === 'ready' ? begun : Date.parse(since);
    const until =
      step === 'ready' && ended !== null
        ? ended
        : next
          ? Date.parse(next.since)
          : end;
    taken.set(step, Math.max(0, until - from));
  });
  return taken;
}

/** How long each step takes in the latest starts that succeeded, but for one. */
export function usualSteps(
  revisions: readonly Revision[],
  except: number
): Map<WayStep, IRange> {
  const found = new Map<WayStep, number[]>();
  revisions
    .filter(one => one.outcome === 'succeeded' && one.number < except)
    .map(startOf)
    .filter(start => start !== null && start.ended !== null)
    .slice(0, COMPARED)
    .forEach(start => {
      for (const [step, took] of taking(start!, 0)) {
        found.set(step, [...(found.get(step) ?? []), took]);
      }
    });
  return new Map(
    [...found].map(([step, times]) => {
      const sorted = [...times].sort((one, other) => one - other);
      // With enough of them, one odd start on either side says nothing.
      const trim = sorted.length >= 5 ? 1 : 0;
      return [
        step,
        { low: sorted[trim]!, high: sorted[sorted.length - 1 - trim]! }
      ];
    })
  );
}

/** A cluster writes times without fractions: what began in the same second may have begun after. */
const wholeSecond = (time: number): number => time - (time % 1000);

function isSlow(took: number, { high }: IRange): boolean {
  return took > high * SLOW_FACTOR && took > high + SLOW_MARGIN;
}

function isOnTheWay(step: StepTime['step']): step is WayStep {
  return WAY.some(one => one === step);
}

const PROGRESS: readonly Replica['step'][] = [
  'scheduling',
  'pulling',
  'backing-off',
  'starting',
  'loading',
  'ready'
];

function leastAdvanced(replicas: readonly Replica[]): Replica | null {
  return replicas.reduce<Replica | null>(
    (least, one) =>
      least === null ||
      PROGRESS.indexOf(one.step) < PROGRESS.indexOf(least.step)
        ? one
        : least,
    null
  );
}
