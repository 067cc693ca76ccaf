import { hueOf, shortName, whoLength, whoPrinted } from '../logs/who';

test.each([
  ['3-0', '3-0'],
  ['12-10', '12-10'],
  ['iris-6c9f7d8b5-x3k9q', 'x3k9q'],
  ['who-stays-x3k9q-predictor-6c9f7d8b5-2wq7m', '2wq7m'],
  ['iris-0', 'iris-0']
])('%s is called %s', (name, short) => {
  expect(shortName(name)).toBe(short);
});

const [one, other] = ['iris-6c9f7d8b5-x3k9q', 'iris-6c9f7d8b5-2wq7m'];

test.each([
  ['only what differs is said: nothing', [one], ['model'], '', 0],
  ['the replica', [one, other], [], 'x3k9q', 5],
  ['the container', [one], ['features', 'model'], 'model', 8],
  ['both', [one, other], ['features', 'model'], 'x3k9q/model', 14]
])('%s', (_, replicas, containers, who, length) => {
  const known = { replicas, containers };
  expect(whoLength(known)).toBe(length);
  if (length > 0) {
    expect(whoPrinted({ replica: one, container: 'model' }, known)).toBe(who);
  }
});

test('a place has its colour; pods have one each, in the order that they came in', () => {
  expect([hueOf('3-0', 4), hueOf('3-7', 0)]).toEqual([0, 1]);
  expect([hueOf(one, 0), hueOf(other, 1)]).toEqual([0, 1]);
});
