import { deletedTypes, usersByType } from '../model/instanceTypes';
import { SortKey, owners, sorted } from '../model/oversight';
import { deployment, instanceType } from './fixtures';

const spec = (instance_type: string) => ({
  ...deployment().spec,
  instance_type
});

const items = [
  deployment({ id: 'a', name: 'Zebra', group: 'sales', created_by: 'ada' }),
  deployment({
    id: 'b',
    name: 'apple',
    group: 'lab',
    created_by: 'linus',
    updated_at: '2026-11-21T09:00:00Z',
    status: { phase: 'Failed' },
    spec: spec('gone')
  }),
  deployment({
    id: 'c',
    name: 'Model 10',
    group: 'Research',
    created_by: 'grace',
    status: { phase: 'Stopped', replicas: { desired: 1, ready: 0 } }
  })
];
const measured = new Map([
  ['a', { id: 'a', cpu: 0.1, memory: 10 }],
  ['b', { id: 'b', cpu: 2, memory: 5 }]
]);

test.each<[SortKey, string]>([
  ['name', 'bca'],
  ['group', 'bca'],
  ['owner', 'acb'],
  ['status', 'bac'],
  ['replicas', 'cab'],
  ['cpu', 'cab'],
  ['memory', 'cba'],
  ['updated', 'acb']
])('in order of %s', (key, order) => {
  const ids = (descending: boolean) =>
    sorted(items, { key, descending }, measured).map(({ id }) => id);
  expect(ids(false).join('')).toBe(order);
  expect(ids(true)[0]).not.toBe(order[0]);
});

test('groups that own something, each once and in order', () => {
  expect(owners([...items, ...items])).toEqual(['lab', 'Research', 'sales']);
});

test('what uses an instance type, also one that is gone', () => {
  expect(
    usersByType(items)
      .get('small')
      ?.map(({ id }) => id)
  ).toEqual(['a', 'c']);
  expect(deletedTypes([instanceType()], items)).toMatchObject([
    { name: 'gone', deleted: true, cpu: 1 }
  ]);
});
