import type { MetricsMark } from '../api/contract';
import type { Span } from './series';

type Kind = MetricsMark['kind'];

/** Marks that are too close to be drawn apart. */
export interface IMarkGroup {
  /** Where, in pixels from the left end of the axis. */
  readonly at: number;
  /** The gravest of them: it gives the group its sign. */
  readonly kind: Kind;
  readonly marks: readonly MetricsMark[];
}

/** Gravest first. */
const GRAVITY: readonly Kind[] = [
  'failure',
  'alert',
  'restart',
  'stop',
  'revision'
];

/** Signs differ in shape, not in colour alone. */
export const SIGNS: Readonly<Record<Kind, string>> = {
  revision: '▲',
  restart: '↻',
  failure: '✕',
  stop: '■',
  alert: '!'
};

export const timeOf = (mark: MetricsMark): number =>
  Date.parse(mark.time) / 1000;

/** The marks of a time, oldest first. */
export const marksIn = (
  marks: readonly MetricsMark[],
  [from, to]: Span
): MetricsMark[] =>
  marks.filter(mark => timeOf(mark) >= from && timeOf(mark) <= to);

/**
 * Marks in groups that lie apart.
 *
 * @param position - Of a time on the axis, in pixels.
 * @param apart - What two signs need between them, in pixels.
 */
export function groupMarks(
  marks: readonly MetricsMark[],
  position: (time: number) => number,
  apart: number
): IMarkGroup[] {
  const groups: { at: number; marks: MetricsMark[] }[] = [];
  for (const mark of marks) {
    const at = position(timeOf(mark));
    const last = groups[groups.length - 1];
    if (last && at - last.at < apart) {
      last.marks.push(mark);
    } else {
      groups.push({ at, marks: [mark] });
    }
  }
  return groups.map(group => ({
    ...group,
    kind: GRAVITY.find(kind => group.marks.some(mark => mark.kind === kind))!
  }));
}

/** The group that is nearest to a position, if one is in reach. */
export function groupNear(
  groups: readonly IMarkGroup[],
  at: number,
  reach: number
): IMarkGroup | null {
  let nearest: IMarkGroup | null = null;
  let least = reach;
  for (const group of groups) {
    const distance = Math.abs(group.at - at);
    if (distance <= least) {
      nearest = group;
      least = distance;
    }
  }
  return nearest;
}
