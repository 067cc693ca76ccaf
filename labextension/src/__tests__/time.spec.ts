import { nullTranslator } from '@jupyterlab/translation';

import { clockTime, elapsed, relativeTime } from '../ui/time';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const trans = nullTranslator.load('');

test.each([
  ['2026-11-20T12:00:05Z', 'now'],
  ['2026-11-20T12:00:00Z', 'now'],
  ['2026-11-20T11:59:48Z', '12 seconds ago'],
  ['2026-11-20T11:58:01Z', '1 minute ago'],
  ['2026-11-20T09:00:00Z', '3 hours ago'],
  ['2026-11-19T09:00:00Z', 'yesterday'],
  ['2026-11-01T09:00:00Z', '2 weeks ago'],
  ['2024-11-01T09:00:00Z', '2 years ago']
])('%s was %s', (iso, expected) => {
  expect(relativeTime(iso, NOW, 'en')).toBe(expected);
});

test('speaks the language of the interface', () => {
  expect(relativeTime('2026-11-20T09:00:00Z', NOW, 'de')).toBe('vor 3 Stunden');
});

test.each([
  ['2026-11-20T12:00:09Z', '0 s'],
  ['2026-11-20T11:59:51Z', '9 s'],
  ['2026-11-20T11:56:55Z', '3 min 5 s'],
  ['2026-11-20T09:50:00Z', '2 h 10 min']
])('since %s: %s', (iso, expected) => {
  expect(elapsed(iso, NOW, trans)).toBe(expected);
});

test('tells the time of day to the second', () => {
  expect(clockTime(NOW, 'en')).toMatch(/^\d\d:00:00$/);
});
