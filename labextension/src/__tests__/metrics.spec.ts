import { nullTranslator } from '@jupyterlab/translation';

import type { Metrics, MetricsMark } from '../api/contract';
import { timeTicks } from '../metrics/axis';
import { CHARTS } from '../metrics/charts';
import { contrast, parseColour, visible } from '../metrics/colours';
import { Crosshair } from '../metrics/crosshair';
import { headline } from '../metrics/headline';
import { chartKey } from '../metrics/keys';
import { groupMarks, groupNear, marksIn } from '../metrics/marks';
import {
  Span,
  columnsOf,
  ends,
  indexAt,
  isolated,
  recent,
  spanOf,
  zoomBy,
  zoomTo
} from '../metrics/series';
import { Unit, counted, ticks, written } from '../metrics/units';
import { DOMAIN } from '../ui/translation';
import { measured } from './fixtures';

const trans = nullTranslator.load(DOMAIN);
const iso = (seconds: number) => new Date(seconds * 1000).toISOString();

const metrics = (changes: Partial<Metrics> = {}): Metrics =>
  measured({
    since: iso(995),
    until: iso(1010),
    times: [1000, 1005, 1010],
    requests_ever: 50,
    totals: {
      requests: 3_201,
      success: 0.88,
      client_errors: 4,
      server_errors: 6,
      aborted: 0,
      feedback: 1_000,
      reward: 0.3,
      latency: { p50: 0.012, p75: 0.02, p90: null, p95: 0.06, p99: 1.2 },
      codes: { '200': 3_191, '400': 3, '422': 1, '500': 6 }
    },
    qps: [4, null, 6],
    success: [1, null, 0.5],
    client_errors: [0, null, 1],
    server_errors: [0, null, 1],
    predict_qps: [
      { label: '1', values: [4, null, null] },
      { label: '2', values: [null, null, 6] }
    ],
    in_flight: [0, null, 2],
    bytes_in: [0, null, 2048],
    bytes_out: [0, null, 10],
    ready: [1, null, 1],
    ...changes
  });

const chart = (key: string) => CHARTS.find(one => one.key === key)!;

test.each<[number | null, Unit, string]>([
  [null, 'requests', '–'],
  [0, 'requests', '0 req/s'],
  [12.44, 'requests', '12.4 req/s'],
  [3201.4, 'requests', '3,201 req/s'],
  [0.00021, 'seconds', '210 µs'],
  [0, 'seconds', '0 ms'],
  [0.0123, 'seconds', '12.3 ms'],
  [1.5, 'seconds', '1.5 s'],
  [512 * 2 ** 20, 'bytes', '512 MiB'],
  [1.5 * 2 ** 30, 'bytes', '1.5 GiB'],
  [2048, 'throughput', '2 KiB/s'],
  [0.25, 'cores', '0.25 CPU'],
  [0.982, 'share', '98.2 %'],
  [1, 'share', '100 %'],
  [0, 'share', '0 %'],
  [0.999999, 'share', '99.99 %'],
  [0.0000001, 'share', '0.01 %'],
  [0.3, 'count', '0.3']
])('%p as %s is %s', (value, unit, text) => {
  expect(written(value, unit, 'en', trans)).toBe(text);
});

test('numbers are written as the reader does', () => {
  expect(written(12.4, 'requests', 'de', trans)).toBe('12,4 req/s');
  expect(counted(3201, 'de')).toBe('3.201');
  expect(counted(null, 'en')).toBe('–');
});

test('an axis has one unit, that of its largest value', () => {
  expect(ticks([0, 0.0005, 0.001], 'seconds', 'en', trans)).toEqual([
    '0',
    '0.5 ms',
    '1 ms'
  ]);
  expect(
    ticks([0, 128 * 2 ** 20, 256 * 2 ** 20], 'bytes', 'en', trans)
  ).toEqual(['0', '128 MiB', '256 MiB']);
  expect(ticks([0, 0.5], 'requests', 'en', trans)).toEqual(['0', '0.5']);
});

test('a gap stays a gap: null is no zero', () => {
  const data = columnsOf(metrics(), chart('qps').lines(metrics()));
  expect(data).toEqual([
    [1000, 1005, 1010],
    [4, null, 6]
  ]);
  expect(spanOf(metrics())).toEqual([995, 1010]);
});

test('what no line leads to is a dot', () => {
  expect(isolated([1, null, 2, 3, null, null, 4])).toEqual([0, 6]);
  expect(isolated([null, 0, null])).toEqual([1]);
  expect(isolated([1, 2, 3])).toEqual([]);
});

test('now is the last minute, without what was not measured', () => {
  const old = Array.from({ length: 20 }, () => 100);
  expect(recent([...old, ...Array.from({ length: 12 }, () => 2)], 5)).toBe(2);
  expect(recent([100, 4, null], 30)).toBe(4);
  expect(recent([100, null, null], 30)).toBeNull();
  expect(recent([1, 7], 600)).toBe(7);
});

test('axes begin at zero, and a success rate where its losses can be seen', () => {
  expect(ends('requests', 3, 100)).toEqual([0, 108]);
  expect(ends('requests', null, null)[1]).toBeGreaterThan(0);
  expect(ends('count', -1, 0.5)).toEqual([-1.08, 1]);
  expect(ends('share', 1, 1)).toEqual([0.99, 1]);
  expect(ends('share', 0.93, 1)).toEqual([0.9, 1]);
  expect(ends('share', 0.2, 1)).toEqual([0, 1]);
  expect(ends('share', null, null)).toEqual([0, 1]);
});

describe('zoom', () => {
  const whole: Span = [0, 900];

  test('stays within what there is and shows some points', () => {
    expect(zoomTo([100, 200], whole, 5)).toEqual([100, 200]);
    expect(zoomTo([100, 101], whole, 5)).toEqual([93, 108]);
    expect(zoomTo([850, 990], whole, 5)).toEqual([760, 900]);
    expect(zoomTo([-50, 2_000], whole, 5)).toBeNull();
  });

  test('goes on around a moment, and out to all', () => {
    expect(zoomBy(0.5, 450, whole, whole, 5)).toEqual([225, 675]);
    expect(zoomBy(2, 450, [225, 675], whole, 5)).toBeNull();
  });

  test('and pointing work by keys', () => {
    const crosshair = new Crosshair();
    const onZoom = jest.fn();
    const press = (key: string, shiftKey = false) => {
      const event = {
        key,
        shiftKey,
        preventDefault: jest.fn(),
        stopPropagation: jest.fn()
      };
      chartKey(event, { crosshair, shown: whole, whole, step: 5, onZoom });
      return event.preventDefault.mock.calls.length > 0;
    };
    press('ArrowLeft');
    expect(crosshair.getTime()).toBe(900);
    press('ArrowLeft', true);
    expect(crosshair.getTime()).toBe(850);
    press('Home');
    press('ArrowLeft');
    expect(crosshair.getTime()).toBe(0);
    press('+');
    expect(onZoom).toHaveBeenLastCalledWith([0, 450]);
    press('Escape');
    expect(onZoom).toHaveBeenLastCalledWith(null);
    expect(crosshair.getTime()).toBeNull();
    expect(press('Tab')).toBe(false);
  });
});

test('a moment belongs to the nearest point', () => {
  expect(indexAt([1000, 1005, 1010], 1006, 5)).toBe(1);
  expect(indexAt([1000, 1005, 1010], 900, 5)).toBeNull();
  expect(indexAt([], 900, 5)).toBeNull();
});

describe('marks', () => {
  const mark = (at: number, kind: MetricsMark['kind']): MetricsMark => ({
    time: iso(at),
    kind,
    label: kind,
    message: '',
    revision: null,
    replica: null
  });
  const marks = [
    mark(100, 'revision'),
    mark(104, 'failure'),
    mark(300, 'stop')
  ];

  test('only those of the time that is shown', () => {
    expect(marksIn(marks, [101, 200])).toEqual([marks[1]]);
  });

  test('those that are close are one sign, of the gravest', () => {
    const groups = groupMarks(marks, time => time, 12);
    expect(
      groups.map(({ at, kind, marks: { length } }) => [at, kind, length])
    ).toEqual([
      [100, 'failure', 2],
      [300, 'stop', 1]
    ]);
    expect(groupNear(groups, 296, 7)?.kind).toBe('stop');
    expect(groupNear(groups, 200, 7)).toBeNull();
  });
});

describe('the numbers above a chart', () => {
  const words = (key: string, changes?: Partial<Metrics>) =>
    headline(chart(key), metrics(changes), 'en', trans).map(
      ({ value, what }) => `${value} ${what}`
    );

  test.each([
    ['qps', ['5 req/s last minute', '3,201 requests in 15 min']],
    ['success', ['88 % in 15 min']],
    ['client_errors', ['4 400 × 3, 422 × 1 in 15 min']],
    ['server_errors', ['6 500 × 6 in 15 min']],
    ['latency', ['12 ms p50', '60 ms p95', '1.2 s p99 in 15 min']],
    ['reward', ['0.3 mean of 1,000 rewards in 15 min']],
    ['predict_qps', ['5 req/s last minute']],
    ['bytes', ['1 KiB/s in', '5 B/s out']]
  ])('%s', (key, expected) => {
    expect(words(key)).toEqual(expected);
  });

  test('nothing measured is no zero', () => {
    const { totals } = metrics();
    const nothing = { ...totals, requests: null, success: null, codes: {} };
    expect(words('success', { totals: nothing })).toEqual(['– in 15 min']);
    expect(words('qps', { totals: nothing, qps: [null, null, null] })).toEqual([
      '– last minute',
      '– requests in 15 min'
    ]);
  });
});

test('every chart that there can be is there', () => {
  expect(new Set(CHARTS.map(({ key }) => key)).size).toBe(14);
});

test('an axis of time names the day where it begins', () => {
  const midnight = new Date(2026, 10, 25).getTime() / 1000;
  expect(timeTicks([midnight - 3600, midnight], 3600, 'en')).toEqual([
    '23:00',
    'Nov 25'
  ]);
  expect(timeTicks([midnight + 30], 5, 'en')).toEqual(['00:00:30']);
});

test('a colour that can’t be told from the background is mixed with the text until it can', () => {
  expect(parseColour('rgb(255, 152, 0)')).toEqual([255, 152, 0]);
  expect(parseColour('color(srgb 1 0 0.5)')).toEqual([255, 0, 127.5]);
  expect(parseColour('var(--nothing)')).toBeNull();
  const [white, black] = [
    [255, 255, 255],
    [0, 0, 0]
  ] as const;
  const orange = [255, 152, 0] as const;
  expect(contrast(orange, white)).toBeLessThan(3);
  expect(contrast(visible(orange, white, black), white)).toBeGreaterThan(3);
  expect(visible(orange, black, white)).toEqual(orange);
});
