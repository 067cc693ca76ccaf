import type { MetricsSummary, UsageLine } from '../api/contract';
import { groupSums } from '../model/groupSums';
import { sorted } from '../model/oversight';
import { errorShare } from '../model/traffic';
import { monthsOf, usageOf, usageSum } from '../model/usage';
import { deployment } from './fixtures';

const usage = (changes: Partial<UsageLine> = {}): UsageLine => ({
  month: '2026-11',
  group: 'research',
  cpu_hours: 1,
  memory_gb_hours: 2,
  replica_hours: 3,
  requests: 4,
  deployments: 5,
  ...changes
});

const summary = (changes: Partial<MetricsSummary>): MetricsSummary => ({
  id: 'a',
  qps: 0,
  requests: 0,
  server_errors: 0,
  client_errors: 0,
  success: null,
  latency_p95: null,
  sparkline: [],
  errors: [],
  alerts: [],
  ...changes
});

test('no traffic is not no errors, and neither is what nobody counts', () => {
  expect(errorShare(undefined)).toBeUndefined();
  expect(
    errorShare(summary({ requests: null, server_errors: null }))
  ).toBeUndefined();
  expect(errorShare(summary({ requests: 0 }))).toBeNull();
  expect(errorShare(summary({ requests: 8 }))).toBe(0);
  expect(errorShare(summary({ requests: 8, server_errors: 2 }))).toBe(0.25);
});

test('by errors: not counted, no traffic, none, some', () => {
  const items = ['some', 'silent', 'none', 'unknown'].map(id =>
    deployment({ id })
  );
  const traffic = new Map([
    ['some', summary({ requests: 10, server_errors: 1 })],
    ['silent', summary({})],
    ['none', summary({ requests: 10 })]
  ]);
  const ids = (descending: boolean) =>
    sorted(items, { key: 'errors', descending }, new Map(), traffic).map(
      ({ id }) => id
    );
  expect(ids(false)).toEqual(['unknown', 'silent', 'none', 'some']);
  expect(ids(true)).toEqual(['some', 'none', 'silent', 'unknown']);
});

test('sums by group leave out what was not measured, and say when nothing was', () => {
  const items = [
    deployment({ id: 'a', group: 'lab', status: { phase: 'Failed' } }),
    deployment({ id: 'b', group: 'lab' }),
    deployment({ id: 'c', group: 'sales' })
  ];
  const [lab, sales] = groupSums(
    items,
    new Map([['b', { id: 'b', cpu: 0.5, memory: 7 }]]),
    new Map([
      ['a', summary({ qps: 1, requests: 6, alerts: ['error_rate'] })],
      ['b', summary({ qps: 2, requests: 4, server_errors: 1 })]
    ]),
    ['lab', 'sales']
  );
  expect(lab).toMatchObject({
    deployments: 2,
    failed: 1,
    alerting: 1,
    qps: 3,
    requests: 10,
    server_errors: 1,
    cpu: 0.5,
    memory: 7
  });
  expect(errorShare(lab)).toBe(0.1);
  expect(sales).toMatchObject({ qps: null, requests: null, cpu: null });
  expect(errorShare(sales)).toBeUndefined();
});

test('months: newest first, and always the one that it is now', () => {
  const lines = [usage({ month: '2026-09' }), usage({ month: '2026-10' })];
  expect(monthsOf(lines, new Date('2026-11-30T23:59:00Z'))).toEqual([
    '2026-11',
    '2026-10',
    '2026-09'
  ]);
  expect(monthsOf([], new Date('2026-12-01T00:00:00Z'))).toEqual(['2026-12']);
});

test('who used most first, of one month or of all', () => {
  const lines = [
    usage({ group: 'a', cpu_hours: 1 }),
    usage({ group: 'b', cpu_hours: 9 }),
    usage({ group: 'c', cpu_hours: 20, month: '2026-10' })
  ];
  expect(usageOf(lines, '2026-11').map(({ group }) => group)).toEqual([
    'b',
    'a'
  ]);
  expect(usageOf(lines, '').map(({ group }) => group)).toEqual(['b', 'a', 'c']);
  expect(usageSum(lines)).toEqual({
    cpu_hours: 30,
    memory_gb_hours: 6,
    replica_hours: 9,
    requests: 12
  });
});
