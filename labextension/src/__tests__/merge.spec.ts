import {
  Choice,
  Draft,
  changedFields,
  defaultChoice,
  differences,
  merged,
  sameValue,
  together
} from '../admin/merge';
import { sameAmount } from '../admin/groupDraft';

const base: Draft = { cpu: '4', title: 'Lab', on: true, people: ['ada'] };

const resolve = (
  theirs: Draft,
  mine: Draft,
  choices: Record<string, Choice> = {}
) => merged(base, differences(base, theirs, mine, sameValue), mine, choices);

test.each([
  ['nobody changed anything', {}, {}, []],
  ['only I did', {}, { cpu: '8' }, []],
  ['both did, to the same', { cpu: '8' }, { cpu: '8' }, []],
  [
    'only they did',
    { cpu: '6' },
    { title: 'Mine' },
    [{ field: 'cpu', theirs: '6', mine: '4', contested: false }]
  ],
  [
    'both did',
    { cpu: '6' },
    { cpu: '8' },
    [{ field: 'cpu', theirs: '6', mine: '8', contested: true }]
  ]
])('what is told when %s', (_, theirs, mine, found) => {
  expect(
    differences(base, { ...base, ...theirs }, { ...base, ...mine }, sameValue)
  ).toEqual(found);
});

test('what only they changed is taken over, what only I changed stays', () => {
  expect(
    resolve({ ...base, cpu: '6' }, { ...base, title: 'Mine' })
  ).toMatchObject({ cpu: '6', title: 'Mine' });
});

test.each([
  ['mine', '8'],
  ['theirs', '6']
] as const)('what both changed is as chosen: %s', (choice, expected) => {
  const theirs = { ...base, cpu: '6' };
  const mine = { ...base, cpu: '8' };
  const [difference] = differences(base, theirs, mine, sameValue);
  expect(defaultChoice(difference!)).toBeNull();
  expect(resolve(theirs, mine, { cpu: choice })).toMatchObject({
    cpu: expected
  });
});

test.each([
  ['both add', ['ada', 'mary'], ['ada', 'dorothy'], ['ada', 'mary', 'dorothy']],
  ['they remove, I add', [], ['ada', 'dorothy'], ['dorothy']],
  ['I remove, they add', ['ada', 'mary'], [], ['mary']],
  ['both add the same', ['ada', 'mary'], ['ada', 'mary'], ['ada', 'mary']]
])('lists are put together when %s', (_, theirs, mine, expected) => {
  expect(together(['ada'], theirs, mine)).toEqual(expected);
});

test('lists are put together unless somebody chooses otherwise', () => {
  const theirs = { ...base, people: ['ada', 'mary'] };
  const mine = { ...base, people: ['ada', 'dorothy'] };
  expect(resolve(theirs, mine)['people']).toEqual(['ada', 'mary', 'dorothy']);
  expect(resolve(theirs, mine, { people: 'mine' })['people']).toEqual([
    'ada',
    'dorothy'
  ]);
});

test('the order of names is no change, other amounts in other words neither', () => {
  const before = { people: ['ada', 'mary'], memory: '4Gi', cpu: '0.5' };
  const after = { people: ['mary', 'ada'], memory: '4096 MiB', cpu: '500m' };
  expect([...changedFields(before, after, sameAmount)]).toEqual([]);
});
