import { nullTranslator } from '@jupyterlab/translation';

import type { Deployment, Replica, Revision, StepTime } from '../api/contract';
import { duration, usually } from '../detail/duration';
import {
  IStart,
  startShown,
  stepsOf,
  taking,
  usualSteps
} from '../detail/steps';
import { deployment } from './fixtures';

const NOON = Date.parse('2026-11-20T12:00:00Z');
const at = (seconds: number) => new Date(NOON + seconds * 1000).toISOString();
const trans = nullTranslator.load('');

const taken = (times: Record<string, number>): StepTime[] =>
  Object.entries(times).map(([step, seconds]) => ({
    step: step as StepTime['step'],
    since: at(seconds)
  }));

/** A revision that was asked for at noon; `times` are seconds after. */
const revision = (
  number: number,
  times: Record<string, number>,
  changes: Partial<Revision> = {}
): Revision =>
  ({
    number,
    created_at: at(0),
    finished_at: at((times['ready'] ?? 10) + 0.5),
    outcome: 'succeeded',
    steps: taken(times),
    ...changes
  }) as Revision;

const replica = (changes: Partial<Replica>): Replica =>
  ({
    name: `${changes.revision ?? 2}-${changes.slot ?? 0}`,
    revision: 2,
    slot: 0,
    attempt: 1,
    restarts: 0,
    step: 'loading',
    step_since: at(2),
    steps: taken({ starting: 1, loading: 2 }),
    ...changes
  }) as Replica;

const deploying = (changes: Partial<Deployment['status']> = {}): Deployment =>
  deployment({
    revision: 2,
    status: { phase: 'Deploying', reason: 'Loading', since: at(0), ...changes }
  });

const start = (
  times: Record<string, number>,
  changes: Partial<IStart> = {}
): IStart => ({
  revision: 9,
  replica: '',
  attempt: 1,
  begun: NOON,
  steps: taken(times),
  ended: null,
  outcome: 'in progress',
  ...changes
});

const seconds = (times: Map<string, number>) =>
  Object.fromEntries([...times].map(([step, took]) => [step, took / 1000]));

describe('how long each step takes', () => {
  test.each([
    ['nothing was started yet', start({}), { scheduling: 5 }],
    [
      'it loads: the time runs on',
      start({ starting: 1, loading: 2 }),
      { scheduling: 1, starting: 1, loading: 3 }
    ],
    [
      'an engine that schedules says so itself',
      start({ scheduling: 1, pulling: 2, starting: 4 }),
      { scheduling: 1, pulling: 2, starting: 1 }
    ],
    [
      'ready counts from the wish to the traffic',
      start({ starting: 1, loading: 2, ready: 4 }, { ended: NOON + 4500 }),
      { scheduling: 1, starting: 1, loading: 2, ready: 4.5 }
    ],
    [
      'a crash ends the step it was in',
      start({ starting: 1, loading: 2, 'backing-off': 3 }),
      { scheduling: 1, starting: 1, loading: 1 }
    ],
    [
      'a clock that runs behind counts as nothing',
      start({ starting: -3, loading: 2 }),
      { scheduling: 0, starting: 5, loading: 3 }
    ]
  ])('%s', (_, given, expected) => {
    expect(seconds(taking(given, NOON + 5000))).toEqual(expected);
  });
});

describe('what the steps are at', () => {
  const states = (given: IStart, history: Revision[] = []) =>
    stepsOf(given, history, NOON + 5000).map(
      ({ step, state }) => `${step} ${state}`
    );

  test.each([
    [
      'before anything',
      start({}),
      ['scheduling now', 'starting ahead', 'loading ahead', 'ready ahead']
    ],
    [
      'half way',
      start({ starting: 1, loading: 2 }),
      ['scheduling done', 'starting done', 'loading now', 'ready ahead']
    ],
    [
      'serving',
      start(
        { starting: 1, loading: 2, ready: 3 },
        { ended: NOON + 3500, outcome: 'succeeded' }
      ),
      ['scheduling done', 'starting done', 'loading done', 'ready done']
    ],
    [
      'given up',
      start(
        { starting: 1, loading: 2, 'backing-off': 3 },
        { ended: NOON + 3500, outcome: 'failed' }
      ),
      ['scheduling done', 'starting done', 'loading failed', 'ready ahead']
    ],
    [
      'between two attempts',
      start({ starting: 1, 'backing-off': 3 }),
      ['scheduling done', 'starting failed', 'loading ahead', 'ready ahead']
    ]
  ])('%s', (_, given, expected) => {
    expect(states(given)).toEqual(expected);
  });

  test('pulling is there only for an engine that pulls', () => {
    const pulled = revision(3, {
      scheduling: 0,
      pulling: 1,
      starting: 2,
      loading: 3,
      ready: 4
    });
    expect(states(start({}), [pulled])).toContain('pulling ahead');
    expect(states(start({})).join()).not.toContain('pulling');
  });
});

describe('what is usual', () => {
  const loadingFor = (number: number, took: number, more = {}) =>
    revision(number, { starting: 1, loading: 2, ready: 2 + took }, more);
  const usualLoading = (history: Revision[], except = 99) => {
    const range = usualSteps(history, except).get('loading');
    return range && [range.low / 1000, range.high / 1000];
  };

  test.each<[string, Revision[], number[] | undefined]>([
    ['nobody knows at the first start', [], undefined],
    ['one earlier start', [loadingFor(1, 3)], [3, 3]],
    ['the range of a few', [loadingFor(2, 4), loadingFor(1, 2)], [2, 4]],
    [
      'of many, one odd start on either side says nothing',
      [9, 2, 3, 2.5, 0.1].map((took, index) => loadingFor(8 - index, took)),
      [2, 3]
    ],
    [
      'failures and those that were overtaken are not compared with',
      [
        loadingFor(3, 60, { outcome: 'failed' }),
        loadingFor(2, 50, { outcome: 'superseded' }),
        loadingFor(1, 2)
      ],
      [2, 2]
    ],
    [
      'revisions that started nothing say nothing',
      [loadingFor(2, 2), revision(1, {})],
      [2, 2]
    ]
  ])('%s', (_, history, expected) => {
    expect(usualLoading(history)).toEqual(expected);
  });

  test('only earlier starts, and the latest ten of them', () => {
    const history = Array.from({ length: 30 }, (_, index) =>
      loadingFor(30 - index, 30 - index)
    );
    expect(usualLoading(history, 21)).toEqual([12, 19]);
  });

  test.each([
    [4, false],
    [5.9, false],
    [6.5, true]
  ])('loading for %d s where 2–4 s are usual: slow is %s', (took, slow) => {
    const history = [loadingFor(2, 4), loadingFor(1, 2)];
    const given = start({ starting: 1, loading: 2 });
    const loading = stepsOf(given, history, NOON + 2000 + took * 1000)[2];
    expect(loading).toMatchObject({ step: 'loading', slow });
  });
});

describe('which start is shown', () => {
  const going = revision(2, {}, { outcome: 'in progress', finished_at: null });

  test('of what serves, the last one that started anything', () => {
    const words = revision(3, {});
    const last = revision(2, { starting: 1, loading: 2, ready: 3 });
    expect(startShown(deployment(), [words, last], [])).toMatchObject({
      revision: 2,
      outcome: 'succeeded'
    });
  });

  test('of a roll-out, the replica that is least far', () => {
    const shown = startShown(
      deploying(),
      [going],
      [
        replica({ slot: 0, step: 'ready' }),
        replica({ slot: 1, step: 'loading' }),
        replica({ slot: 2, step: 'starting', steps: taken({ starting: 1 }) })
      ]
    );
    expect(shown).toMatchObject({ revision: 2, replica: '2-2', begun: NOON });
  });

  test('old replicas and those that are ending are not on the way', () => {
    const shown = startShown(
      deploying(),
      [going],
      [
        replica({ revision: 1, steps: taken({ starting: -60, ready: -50 }) }),
        replica({ step: 'stopping' })
      ]
    );
    expect(shown).toMatchObject({ replica: '', steps: [], begun: NOON });
  });

  test('another attempt begins with itself', () => {
    const again = replica({
      attempt: 3,
      restarts: 2,
      steps: taken({ starting: 20 })
    });
    expect(startShown(deploying(), [going], [again])).toMatchObject({
      attempt: 3,
      begun: NOON + 20_000
    });
  });

  test('of one that restarts by itself, its replica', () => {
    const served = revision(1, { starting: 1, loading: 2, ready: 3 });
    const again = replica({
      revision: 1,
      restarts: 1,
      steps: taken({ starting: 90 })
    });
    expect(
      startShown(deploying({ reason: 'Restarting' }), [served], [again])
    ).toMatchObject({ revision: 1, begun: NOON + 90_000, ended: null });
  });

  test('nothing where nothing ever started', () => {
    const stopped = deployment({ status: { phase: 'Stopped' } });
    expect(startShown(stopped, [], [])).toBeNull();
  });

  test('one that stops shows how it started, not a start', () => {
    const last = revision(2, { starting: 1, loading: 2, ready: 3 });
    expect(
      startShown(deploying({ reason: 'Stopping' }), [last], [])
    ).toMatchObject({ outcome: 'succeeded' });
  });
});

test.each([
  [0, '0 s'],
  [340, '0.3 s'],
  [2_000, '2 s'],
  [9_940, '9.9 s'],
  [9_960, '10 s'],
  [59_700, '1 min 0 s'],
  [185_000, '3 min 5 s'],
  [7_800_000, '2 h 10 min']
])('%d ms are %s', (milliseconds, expected) => {
  expect(duration(milliseconds, trans)).toBe(expected);
});

test.each([
  [2_000, 4_000, 'usually 2–4 s'],
  [2_950, 3_040, 'usually 3 s'],
  [400, 12_000, 'usually 0.4–12 s'],
  [50_000, 70_000, 'usually 50 s to 1 min 10 s']
])('from %d to %d ms: %s', (low, high, expected) => {
  expect(usually({ low, high }, trans)).toBe(expected);
});
