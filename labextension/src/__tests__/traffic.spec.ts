import type { MetricsSummary } from '../api/contract';
import { ordered, sortOfText } from '../model/columns';
import { sparkline } from '../model/sparkline';
import { trafficOver } from '../model/traffic';
import { deployment, summary } from './fixtures';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('what all deployments answered', () => {
  let answer: MetricsSummary[];
  let load: jest.Mock;

  beforeEach(() => {
    answer = [summary({ id: 'iris' }), summary({ id: 'churn' })];
    load = jest.fn(async () => answer.map(one => ({ ...one })));
  });

  const wait = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  test('is asked for once for all who look, and by nobody when nobody does', async () => {
    const traffic = trafficOver(load);
    await wait(120_000);
    expect(load).not.toHaveBeenCalled();
    const ends = [1, 2, 3].map(() => traffic.subscribe(() => undefined));
    await wait(0);
    expect(load).toHaveBeenCalledTimes(1);
    ends.forEach(end => end());
    await wait(120_000);
    expect(load).toHaveBeenCalledTimes(1);
  });

  test('is asked for seldom as long as there is nothing to see', async () => {
    const traffic = trafficOver(load);
    traffic.subscribe(() => undefined);
    await wait(59_000);
    expect(load).toHaveBeenCalledTimes(2);
    answer = [summary({ id: 'iris', requests: 1 })];
    await wait(1_000);
    expect(load).toHaveBeenCalledTimes(3);
    await wait(60_000);
    expect(load).toHaveBeenCalledTimes(9);
  });

  test('of one that is as before is the same object', async () => {
    const traffic = trafficOver(load);
    traffic.subscribe(() => undefined);
    await wait(0);
    const first = traffic.getState().value!;
    await wait(30_000);
    expect(traffic.getState().value).toBe(first);
    answer = [answer[0]!, summary({ id: 'churn', requests: 3 })];
    await wait(30_000);
    const second = traffic.getState().value!;
    expect(second.get('iris')).toBe(first.get('iris'));
    expect(second.get('churn')).toMatchObject({ requests: 3 });
    answer = [answer[0]!];
    await wait(10_000);
    expect([...traffic.getState().value!.keys()]).toEqual(['iris']);
  });
});

describe('a sparkline', () => {
  const drawn = (
    values: (number | null)[],
    errors = values.map<number | null>(() => 0)
  ) => sparkline(summary({ sparkline: values, errors }));

  test('reaches from nothing to the highest value', () =>
    expect(drawn([0, 2, 4])).toEqual({
      width: 2,
      line: 'M0 10L1 5L2 0h0',
      area: 'M0 10L0 10L1 5L2 0V10z',
      errors: ''
    }));

  test('is interrupted where nobody measured; one point alone is a dot', () =>
    expect(drawn([1, 1, null, 1, null, null, 1, 1]).line).toBe(
      'M0 0L1 0h0M3 0h0M6 0L7 0h0'
    ));

  test('without traffic is flat, and without measurements empty', () => {
    expect(drawn([0, 0]).line).toBe('M0 10L1 10h0');
    expect(drawn([null, null]).line).toBe('');
    expect(drawn([]).line).toBe('');
  });

  test('shows errors as bars, few among many too', () =>
    expect(drawn([100, 100, 100], [50, 0.1, 0]).errors).toBe(
      'M0 10v-5M1 10v-2'
    ));

  test('is drawn once for what is the same', () => {
    const one = summary({ sparkline: [1, 2] });
    expect(sparkline(one)).toBe(sparkline(one));
  });
});

test('lists are ordered by requests a second; what is not measured comes last', () => {
  const items = ['idle', 'busy', 'new', 'calm'].map(id =>
    deployment({ id, name: id })
  );
  const traffic = new Map(
    [
      summary({ id: 'calm', qps: 1.5 }),
      summary({ id: 'busy', qps: 40 }),
      summary({ id: 'idle', qps: 0 })
    ].map(one => [one.id, one])
  );
  const order = (by: string) =>
    ordered(items, sortOfText(by), traffic).map(({ id }) => id);
  expect(order('-traffic')).toEqual(['busy', 'calm', 'idle', 'new']);
  expect(order('traffic')).toEqual(['new', 'idle', 'calm', 'busy']);
});
