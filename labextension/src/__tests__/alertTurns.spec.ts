import type { MetricsSummary } from '../api/contract';
import { AlertTurns } from '../model/alertTurns';

const look = (alerts: Record<string, string[]>) =>
  new Map(
    Object.entries(alerts).map(([id, kinds]) => [
      id,
      { id, alerts: kinds } as unknown as MetricsSummary
    ])
  );

const turns = (...looks: Record<string, string[]>[]) => {
  const all = new AlertTurns();
  return looks.map(each =>
    all
      .accept(look(each))
      .map(({ id, kind, firing }) => `${id} ${firing ? '+' : '-'}${kind}`)
  );
};

test('what fires already is no news', () => {
  expect(turns({ iris: ['error_rate'] })).toEqual([[]]);
});

test('each alert is told once when it begins, and once when it ends', () => {
  expect(
    turns(
      { iris: [], wine: [] },
      { iris: ['error_rate'], wine: [] },
      { iris: ['error_rate', 'latency_p95'], wine: [] },
      { iris: ['latency_p95'], wine: [] },
      { iris: ['latency_p95'], wine: [] }
    )
  ).toEqual([
    [],
    ['iris +error_rate'],
    ['iris +latency_p95'],
    ['iris -error_rate'],
    []
  ]);
});

test('with a deployment its alerts go, and nothing is well again', () => {
  expect(turns({ iris: ['error_rate'] }, {}, { iris: [] })).toEqual([
    [],
    [],
    []
  ]);
});
