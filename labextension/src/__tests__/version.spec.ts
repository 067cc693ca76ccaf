import { readFileSync } from 'node:fs';

import { VERSION, compatible } from '../version';

test('the version is that of package.json', () => {
  const text = readFileSync(`${__dirname}/../../package.json`, 'utf8');
  expect((JSON.parse(text) as { version: string }).version).toBe(VERSION);
});

test.each([
  ['0.1.0', '0.1.9', true],
  ['0.1.0', '0.1.0.dev1', true],
  ['0.1.0', '0.2.0', false],
  ['1.1.0', '0.1.0', false]
])('%s and %s speak the same API: %s', (ours, theirs, expected) => {
  expect(compatible(ours, theirs)).toBe(expected);
});
