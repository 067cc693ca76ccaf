import type { Metrics, MetricsSeries } from '../api/contract';
import type { Unit } from './units';

type Numbers = readonly (number | null)[];

/** From and to, Unix seconds. */
export type Span = readonly [from: number, to: number];

/** Columns as uPlot wants them: times, then one of values for each line; null is a gap. */
export type Columns = [number[], ...(number | null)[][]];

export const columnsOf = (
  { times }: Pick<Metrics, 'times'>,
  lines: readonly MetricsSeries[]
): Columns => [times, ...lines.map(({ values }) => values)];

/** The whole time that the points stand for: a point is the end of its interval. */
export const spanOf = ({
  since,
  until
}: Pick<Metrics, 'since' | 'until'>): Span => [
  Date.parse(since) / 1000,
  Date.parse(until) / 1000
];

/** Points with a gap on both sides: no line leads to them, so they are drawn as dots. */
export function isolated(values: Numbers): number[] {
  return values.flatMap((value, index) =>
    value !== null &&
    (values[index - 1] ?? null) === null &&
    (values[index + 1] ?? null) === null
      ? [index]
      : []
  );
}

/** What was measured at all. */
export const measured = (values: Numbers): number[] =>
  values.filter((value): value is number => value !== null);

/** How long "now" is: a point alone may be a few seconds, and chance (s). */
const NOW = 60;

/** Seconds that {@link recent} looks at. */
export const recentLength = (step: number): number => Math.max(NOW, step);

/** The mean of what was measured in the last minute, or in the last interval where that is longer. */
export function recent(values: Numbers, step: number): number | null {
  const points = Math.max(1, Math.round(NOW / step));
  const known = measured(values.slice(-points));
  return known.length > 0
    ? known.reduce((sum, value) => sum + value, 0) / known.length
    : null;
}

/** Index of the last point at or before a time; null where that is none. */
export function indexAt(
  times: readonly number[],
  time: number,
  step: number
): number | null {
  const first = times[0];
  if (first === undefined) {
    return null;
  }
  const index = Math.round((time - first) / step);
  return index >= 0 && index < times.length ? index : null;
}

/** What rates and amounts show at least, so that nothing looks like a mountain. */
const LEAST: Readonly<Record<Unit, number>> = {
  requests: 0.1,
  share: 1,
  seconds: 0.001,
  bytes: 1024 ** 2,
  throughput: 1024,
  cores: 0.1,
  count: 1
};

const ROOM = 1.08;
const FLOORS = [0.99, 0.95, 0.9, 0.75, 0.5];

/**
 * Lower and upper end of an axis. Amounts begin at zero; a success rate that is never low begins closer to one, so that
 * what is lost can be seen.
 */
export function ends(
  unit: Unit,
  lowest: number | null,
  highest: number | null
): [number, number] {
  if (unit === 'share') {
    const floor = FLOORS.find(one => (lowest ?? 0) > one) ?? 0;
    return [floor, 1];
  }
  return [
    Math.min(0, (lowest ?? 0) * ROOM),
    Math.max(LEAST[unit], (highest ?? 0) * ROOM)
  ];
}

/** The shortest time that can be looked at: two points tell a slope. */
const FEWEST_POINTS = 3;

/** A part of the whole time, put right: within it, and not too short. */
export function zoomTo(part: Span, whole: Span, step: number): Span | null {
  const shortest = Math.min(FEWEST_POINTS * step, whole[1] - whole[0]);
  const middle = (part[0] + part[1]) / 2;
  const half = Math.max(Math.abs(part[1] - part[0]), shortest) / 2;
  const from = Math.max(whole[0], Math.min(middle - half, whole[1] - 2 * half));
  const to = Math.min(whole[1], from + 2 * half);
  return to - from >= whole[1] - whole[0] ? null : [from, to];
}

/** Closer (`factor` below 1) or farther, around a time. */
export const zoomBy = (
  factor: number,
  around: number,
  shown: Span,
  whole: Span,
  step: number
): Span | null =>
  zoomTo(
    [
      around - (around - shown[0]) * factor,
      around + (shown[1] - around) * factor
    ],
    whole,
    step
  );
