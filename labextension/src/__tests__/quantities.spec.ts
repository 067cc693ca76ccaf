import {
  exactMemory,
  formatCpu,
  formatMemory,
  memoryPair,
  parseCount,
  parseCpu,
  parseMemory
} from '../model/quantities';

test.each([
  ['0.5', 0.5],
  ['500m', 0.5],
  [' 4 ', 4],
  ['0.0001', 0.001],
  ['10000', 10_000]
])('%j are %d cores', (text, cores) => expect(parseCpu(text)).toBe(cores));

test.each(['', '0', '-1', 'lots', '10001', '1e3', '0.5 m', 'NaN'])(
  '%j are no cores',
  text => expect(parseCpu(text)).toBeNull()
);

test.each([
  ['512Mi', 512 * 2 ** 20],
  ['4Gi', 4 * 2 ** 30],
  ['16 GiB', 16 * 2 ** 30],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['2G', 2e9],
  ['2000000', 2e6]
])('%j are %d bytes', (text, bytes) => expect(parseMemory(text)).toBe(bytes));

test.each(['', '0', '-4Gi', 'much', '4 Xi', '2Pi', 'i', '4'])(
  '%j is no memory',
  text => expect(parseMemory(text)).toBeNull()
);

test.each([
  ['0', 0],
  ['12', 12],
  ['1.5', null],
  ['-1', null],
  ['', null]
])('%j is the count %p', (text, count) => expect(parseCount(text)).toBe(count));

test.each([4 * 2 ** 30, 1536 * 2 ** 20, 2e6, 2 ** 30 + 1])(
  'the exact text of %d bytes means as many',
  bytes => expect(parseMemory(exactMemory(bytes))).toBe(bytes)
);

test('amounts are short', () => {
  expect(formatCpu(0.1 + 0.2)).toBe('0.3');
  expect(formatMemory(1536 * 2 ** 20)).toBe('1.5 GiB');
  expect(formatMemory(0)).toBe('0 B');
});

test('two amounts share a unit', () => {
  expect(memoryPair(307 * 2 ** 20, 4 * 2 ** 30)).toEqual(['0.3', '4 GiB']);
  expect(memoryPair(100 * 2 ** 20, 256 * 2 ** 20)).toEqual(['100', '256 MiB']);
  expect(memoryPair(32 * 2 ** 20, 24 * 2 ** 30)).toEqual(['0.03', '24 GiB']);
  expect(memoryPair(2 ** 20, 24 * 2 ** 30)).toEqual(['<0.01', '24 GiB']);
  expect(memoryPair(0, 24 * 2 ** 30)).toEqual(['0', '24 GiB']);
});
