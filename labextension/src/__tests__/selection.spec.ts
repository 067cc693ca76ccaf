import type { Phase } from '../api/contract';
import { NO_FILTER, isFiltered, select } from '../model/selection';
import { deployment } from './fixtures';

const items = [
  deployment({ id: 'iris-1', name: 'Iris', group: 'research' }),
  deployment({
    id: 'churn-1',
    name: 'Churn',
    group: 'sales',
    status: { phase: 'Failed', reason: 'CrashLoop' }
  }),
  deployment({
    id: 'churn-2',
    name: 'Churn next',
    group: 'sales',
    status: { phase: 'Stopped', reason: 'Stopped' }
  })
];

const ids = (search: string, ...phases: Phase[]) =>
  select(items, { search, phases: new Set(phases) }).items.map(({ id }) => id);

test('shows everything without a filter, as the same array', () => {
  expect(select(items, NO_FILTER).items).toBe(items);
});

test.each([
  ['IRIS', ['iris-1']],
  ['sales', ['churn-1', 'churn-2']],
  ['churn next', ['churn-2']],
  ['deployment/churn-1', ['churn-1']],
  ['grace', ['iris-1', 'churn-1', 'churn-2']],
  ['nothing', []]
])('finds %s', (search, expected) => {
  expect(ids(search)).toEqual(expected);
});

test('finds a group by what people call it, and still by its name', () => {
  const titleOf = (name: string) => (name === 'sales' ? 'Order Desk' : name);
  const found = (search: string) =>
    select(items, { search, phases: new Set() }, '', titleOf).items.length;
  expect(found('order desk')).toBe(2);
  expect(found('sales')).toBe(2);
  expect(found('order research')).toBe(0);
});

test('combines search and status', () => {
  expect(ids('churn', 'Stopped')).toEqual(['churn-2']);
  expect(ids('', 'Stopped', 'Deployed')).toEqual(['iris-1', 'churn-2']);
});

test('counts what the search finds, whatever status is chosen', () => {
  const { counts } = select(items, {
    search: 'churn',
    phases: new Set<Phase>(['Failed'])
  });
  expect(counts).toEqual({ Deployed: 0, Deploying: 0, Failed: 1, Stopped: 1 });
});

test('knows whether anything is filtered', () => {
  expect(isFiltered(NO_FILTER)).toBe(false);
  expect(isFiltered({ ...NO_FILTER, search: ' ' })).toBe(false);
  expect(isFiltered({ ...NO_FILTER, search: 'a' })).toBe(true);
});

describe('beside the status', () => {
  const failedUpdate = deployment({
    id: 'fraud',
    created_by: 'mary',
    status: {
      update: { revision: 2, outcome: 'failed', reason: null, message: '' }
    }
  });
  const degraded = deployment({ id: 'slow', status: { reason: 'Degraded' } });
  const tagged = deployment({
    id: 'tagged',
    group: 'sales',
    spec: { ...deployment().spec, metadata: { stage: 'production' } }
  });
  const all = [failedUpdate, degraded, tagged];
  const ids = (filter: object) =>
    select(all, { ...NO_FILTER, ...filter }, 'mary').items.map(({ id }) => id);

  test.each([
    [{ search: 'production' }, ['tagged']],
    [{ search: 'STAGE' }, ['tagged']],
    [{ group: 'sales' }, ['tagged']],
    [{ mine: true }, ['fraud']],
    [{ broken: true }, ['fraud', 'slow']]
  ])('%p leaves %p', (filter, left) => expect(ids(filter)).toEqual(left));

  test('what is broken is counted among all that match', () => {
    expect(select(all, { ...NO_FILTER, broken: true }).broken).toBe(2);
    expect(select(all, { ...NO_FILTER, group: 'sales' }).broken).toBe(0);
  });
});
