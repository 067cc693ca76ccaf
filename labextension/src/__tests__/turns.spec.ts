import type { Deployment } from '../api/contract';
import { DEFAULT_PREFERENCES } from '../model/preferences';
import { Turns, isWanted } from '../model/turns';
import { deployment } from './fixtures';

const well = deployment();
const starting = deployment({
  status: { phase: 'Deploying', reason: 'Loading' }
});
const broken = deployment({
  status: { phase: 'Failed', reason: 'ModelLoadFailed' }
});
const stopped = deployment({ status: { phase: 'Stopped', reason: 'Stopped' } });
const updating = deployment({
  revision: 2,
  status: { reason: 'RollingUpdate' }
});
const updateFailed = deployment({
  revision: 2,
  status: {
    reason: 'UpdateFailed',
    update: {
      revision: 2,
      outcome: 'failed',
      reason: 'ModelLoadFailed',
      message: 'no'
    }
  }
});
const failedAgain = deployment({
  ...updateFailed,
  revision: 3,
  status: updateFailed.status
});

const kinds = (...lists: Deployment[][]) => {
  const turns = new Turns();
  return lists.map(list => turns.accept(list).map(({ kind }) => kind));
};

test.each<[string, Deployment[][], string[][]]>([
  ['what is there already is no news', [[broken, well]], [[]]],
  ['a failure', [[well], [broken], [broken]], [[], ['failed'], []]],
  [
    'a failure while it was on its way',
    [[starting], [broken]],
    [[], ['failed']]
  ],
  [
    'a recovery, with a new start between',
    [[broken], [starting], [well], [well]],
    [[], [], ['recovered'], []]
  ],
  [
    'something new that serves',
    [[], [starting], [well]],
    [[], [], ['deployed']]
  ],
  ['something new that serves at once', [[], [well]], [[], ['deployed']]],
  ['a start', [[stopped], [starting], [well]], [[], [], ['deployed']]],
  ['a stop is what somebody wanted', [[well], [stopped]], [[], []]],
  [
    'an update that fails, and the next one',
    [[well], [updating], [updateFailed], [updateFailed], [failedAgain]],
    [[], [], ['failed'], [], ['failed']]
  ],
  ['a deletion', [[well], []], [[], []]]
])('%s', (_, lists, expected) => expect(kinds(...lists)).toEqual(expected));

test('each kind has its switch, and others’ are told of only when wanted', () => {
  const turn = { kind: 'failed', deployment: well } as const;
  const likes = DEFAULT_PREFERENCES;
  expect(isWanted(turn, likes, 'ada')).toBe(true);
  expect(isWanted(turn, likes, 'grace')).toBe(true);
  expect(isWanted(turn, likes, 'mary')).toBe(false);
  expect(isWanted(turn, { ...likes, notifyOthers: true }, 'mary')).toBe(true);
  expect(isWanted(turn, { ...likes, notifyFailed: false }, 'ada')).toBe(false);
  expect(isWanted({ ...turn, kind: 'deployed' }, likes, 'ada')).toBe(false);
});
