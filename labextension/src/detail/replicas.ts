import type { Deployment, Replica } from '../api/contract';

/** A part of a replica's way: its share of the scale, from 0 to 1. */
export interface ISegment {
  readonly step: Replica['step'];
  readonly from: number;
  readonly to: number;
  /** How long it took, or has taken so far (ms). */
  readonly took: number;
}

export const isWaiting = ({ step }: Replica): boolean => step !== 'ready';

/** Whether there is something to restart or kill: a pod is there as soon as it has a name, a process is not. */
export const isEndable = (
  { step, pid }: Replica,
  { engine }: Pick<Deployment, 'engine'>
): boolean => step !== 'stopping' && (pid !== null || engine !== 'local');

/** Those that are not ready first, then those that were restarted, then by name. */
export function ordered(replicas: readonly Replica[]): Replica[] {
  return [...replicas].sort(
    (one, other) =>
      Number(isWaiting(other)) - Number(isWaiting(one)) ||
      Number(other.restarts > 0) - Number(one.restarts > 0) ||
      one.revision - other.revision ||
      one.slot - other.slot
  );
}

/**
 * How long the scale of all timelines is (ms): the longest way to ready, and some room in which being ready shows.
 * Shared, so that a replica that takes longer than the others stands out.
 */
export function scaleOf(replicas: readonly Replica[], now: number): number {
  const longest = Math.max(0, ...replicas.map(one => wayLength(one, now)));
  return Math.max(1, longest * 1.3);
}

/** How long a replica took to be ready, or has been on the way (ms). */
function wayLength({ steps }: Replica, now: number): number {
  const begun = steps[0];
  if (!begun) {
    return 0;
  }
  const ready = steps.find(({ step }) => step === 'ready');
  const until = ready ? Date.parse(ready.since) : now;
  return Math.max(0, until - Date.parse(begun.since));
}

/** The way of a replica's current attempt; what it is now runs on to the end of the scale once it is ready. */
export function timeline(
  { steps }: Replica,
  scale: number,
  now: number
): ISegment[] {
  const begun = steps[0] ? Date.parse(steps[0].since) : now;
  const share = (time: number) =>
    Math.min(1, Math.max(0, (time - begun) / scale));
  return steps.map(({ step, since }, index) => {
    const from = Date.parse(since);
    const next = steps[index + 1];
    const until = next ? Date.parse(next.since) : now;
    const last = !next && step === 'ready';
    return {
      step,
      from: share(from),
      to: last ? 1 : share(until),
      took: Math.max(0, until - from)
    };
  });
}
