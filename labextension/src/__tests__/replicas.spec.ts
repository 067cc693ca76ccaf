import type { Replica } from '../api/contract';
import { ordered, scaleOf, timeline } from '../detail/replicas';

const NOON = Date.parse('2026-11-20T12:00:00Z');
const at = (seconds: number) => new Date(NOON + seconds * 1000).toISOString();

const replica = (
  name: string,
  times: Record<string, number>,
  changes: Partial<Replica> = {}
): Replica => {
  const steps = Object.entries(times).map(([step, seconds]) => ({
    step: step as Replica['step'],
    since: at(seconds)
  }));
  const [revision, slot] = name.split('-').map(Number);
  return {
    name,
    revision,
    slot,
    restarts: 0,
    step: steps[steps.length - 1]?.step ?? 'scheduling',
    steps,
    ...changes
  } as Replica;
};

const ready = { starting: 0, loading: 1, ready: 4 };

test('what needs a look comes first: not ready, then restarted, then by name', () => {
  const names = ordered([
    replica('4-10', ready),
    replica('4-2', ready),
    replica('4-3', ready, { restarts: 1 }),
    replica('4-4', { starting: 0 }),
    replica('3-9', ready)
  ]).map(({ name }) => name);
  expect(names).toEqual(['4-4', '4-3', '3-9', '4-2', '4-10']);
});

test('the longest way to ready fits all timelines, with room to be ready in', () => {
  const quick = replica('4-0', ready);
  const slow = replica('4-1', { starting: 0, loading: 2, ready: 10 });
  const scale = scaleOf([quick, slow], NOON + 3_600_000);
  expect(scale).toBe(13_000);
  const ends = timeline(slow, scale, NOON + 3_600_000);
  expect(ends.map(({ step }) => step)).toEqual([
    'starting',
    'loading',
    'ready'
  ]);
  expect(ends[2]).toMatchObject({ from: 10 / 13, to: 1 });
});

test('one that is on its way grows with the time', () => {
  const loading = replica('4-0', { starting: 0, loading: 1 });
  const scale = scaleOf([loading], NOON + 5000);
  const [first, second] = timeline(loading, scale, NOON + 5000);
  expect(first).toMatchObject({ from: 0, took: 1000 });
  expect(second).toMatchObject({ took: 4000 });
  expect(second!.to).toBeCloseTo(1 / 1.3);
});

test('a replica without a process has no timeline, and breaks none', () => {
  const waits = replica('4-0', {});
  expect(timeline(waits, scaleOf([waits], NOON), NOON)).toEqual([]);
});
