import { Gathering, namesShown } from '../model/gathering';

afterEach(() => jest.useRealTimers());

test('what comes close together is handed on at once, and what comes later by itself', () => {
  jest.useFakeTimers();
  const taken: string[][] = [];
  const gathering = new Gathering<string>(1_000, items =>
    taken.push([...items])
  );
  gathering.add('a');
  jest.advanceTimersByTime(600);
  gathering.add('b');
  expect(taken).toEqual([]);
  jest.advanceTimersByTime(400);
  gathering.add('c');
  expect(taken).toEqual([['a', 'b']]);
  jest.advanceTimersByTime(1_000);
  expect(taken).toEqual([['a', 'b'], ['c']]);
});

test.each([
  [['a', 'b', 'c', 'd'], 'a, b, c, d', 0],
  [['a', 'b', 'c', 'd', 'e'], 'a, b, c', 2]
])('of %j are named: %s, and %d more', (names, shown, more) => {
  expect(namesShown(names)).toEqual({ shown, more });
});
