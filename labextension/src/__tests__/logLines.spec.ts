import { nullTranslator } from '@jupyterlab/translation';

import type { LogLine } from '../api/contract';
import { queryOfPlace } from '../model/link';
import { parseAnsi } from '../logs/ansi';
import { Level, levelOf } from '../logs/levels';
import { Matches } from '../logs/matches';
import { WrappedOffsets, evenOffsets, width } from '../logs/offsets';
import { placeOfLine } from '../logs/links';
import { readReference, writeReference } from '../logs/reference';
import { ALL_ROWS, Rows } from '../logs/rows';
import { repeatsRepetition } from '../logs/pattern';
import { SearchFailed, matcherOf } from '../logs/search';
import { segmentsOf } from '../logs/segments';
import { LogStore } from '../logs/store';
import { timeOfLine } from '../logs/times';

const START = Date.parse('2026-11-23T09:40:00Z');

/** Lines of one attempt: positions and times grow. */
const printed = (
  texts: readonly string[],
  { replica = '1-0', attempt = 1, from = 0 } = {}
): LogLine[] =>
  texts.map((text, index) => ({
    time: new Date(START + (from + index) * 1000).toISOString(),
    replica,
    attempt,
    stream: 'stdout',
    container: '',
    text,
    position: (from + index) * 10
  }));

const shownOf = (store: LogStore, rows: Rows): string[] =>
  rows.numbers.map(number => store.at(number)!.text);

describe('levels', () => {
  it.each<[string, Level | null]>([
    ['INFO:root:loaded', 'info'],
    ['2026-11-23 09:40:24,123 WARNING disk is nearly full', 'warning'],
    ['2026-11-23 09:40:24,123 - my.model - ERROR - no weights', 'error'],
    ['2026-11-23 09:40:24.123 | DEBUG    | app:run:12 - step', 'debug'],
    ['[2026-11-23 09:40:24 +0000] [12] [CRITICAL] out of memory', 'error'],
    ['{"ts": 1, "level": "warn", "msg": "slow"}', 'warning'],
    ['time=2026-11-23T09:40:24Z level=error msg="no"', 'error'],
    ['[E 261123 09:40:24 web:2239] 500 POST /predict', 'error'],
    ['W1123 09:40:24.123456 1234 gpu.cc:12] no GPU', 'warning'],
    ['Traceback (most recent call last):', 'error'],
    ['ValueError: negative numbers are not served', 'error'],
    ['/lib/sklearn/base.py:376: UserWarning: versions differ', 'warning'],
    ['error: no such file', 'error'],
    ['0 errors found, all INFO lines read', null],
    ['the ERROR rate is 0.1 %', null],
    ['predicted 12 rows', null],
    ['', null]
  ])('%s', (text, level) => {
    expect(levelOf(text)).toBe(level);
  });
});

describe('ANSI colours', () => {
  it('become spans beside a plain text', () => {
    const { text, spans } = parseAnsi('a \x1b[1;31mred\x1b[0m b\x1b[2K');
    expect(text).toBe('a red b');
    expect(spans).toEqual([
      { from: 2, to: 5, className: 'pd-Ansi-bold pd-Ansi-fg1' }
    ]);
  });

  it.each([
    ['\x1b[94mx', { className: 'pd-Ansi-fg12' }],
    ['\x1b[38;5;196mx', { color: 'rgb(255 0 0)' }],
    ['\x1b[48;2;1;2;3mx', { background: 'rgb(1 2 3)' }],
    ['\x1b[38;5;3mx', { className: 'pd-Ansi-fg3' }],
    ['\x1b[4;24;9mx', { className: 'pd-Ansi-struck' }]
  ])('%j', (raw, expected) => {
    expect(parseAnsi(raw).spans).toEqual([expect.objectContaining(expected)]);
  });

  it('leave no control character and no tab', () => {
    expect(parseAnsi('\x1b]0;title\x07ab\tc\x08\x1b[m').text).toBe('ab      c');
  });

  it('are cut together with what was found', () => {
    const { text, spans } = parseAnsi('\x1b[32mgreen\x1b[0m tea');
    const found = matcherOf({ text: 'en t', regex: false, matchCase: true })!;
    expect(
      segmentsOf(text, spans, found.ranges(text)).map(part => [
        part.text,
        part.span?.className,
        part.found
      ])
    ).toEqual([
      ['gre', 'pd-Ansi-fg2', false],
      ['en', 'pd-Ansi-fg2', true],
      [' t', undefined, true],
      ['ea', undefined, false]
    ]);
  });
});

describe('search', () => {
  it.each([
    ['a.b', false, false, 'xA.By', [[1, 4]]],
    ['a.b', false, true, 'xA.By', []],
    [
      'a.b',
      true,
      false,
      'acb a-b',
      [
        [0, 3],
        [4, 7]
      ]
    ],
    ['x*', true, false, 'ab', []]
  ])('%s regex=%s case=%s in %s', (text, regex, matchCase, line, ranges) => {
    expect(matcherOf({ text, regex, matchCase })!.ranges(line)).toEqual(ranges);
  });

  it('says of a pattern that it is none', () => {
    expect(() =>
      matcherOf({ text: '(', regex: true, matchCase: false })
    ).toThrow(SearchFailed);
  });
});

describe('the store', () => {
  it('takes what is told twice once', () => {
    const store = new LogStore();
    const lines = printed(['a', 'b', 'c']);
    expect(store.append(lines.slice(0, 2))).toBe(2);
    expect(store.append(lines)).toBe(1);
    expect(store.append(printed(['a'], { attempt: 2 }))).toBe(1);
    expect([...store.seen]).toEqual([
      ['1-0.1', 20],
      ['1-0.2', 0]
    ]);
  });

  it('forgets the oldest beyond its capacity, and says how many', () => {
    const store = new LogStore(100);
    store.append(printed(Array.from({ length: 250 }, (_, n) => `line ${n}`)));
    expect([store.size, store.dropped, store.first]).toEqual([100, 150, 150]);
    expect(store.at(150)!.text).toBe('line 150');
  });

  it('forgets later while somebody reads', () => {
    const store = new LogStore(100);
    store.append(printed(Array(180).fill('x') as string[]), true);
    expect(store.dropped).toBe(0);
  });

  it('takes older lines in front, and their blocks with them', () => {
    const store = new LogStore();
    store.append(
      printed(['  File "a.py", line 1', 'ValueError: no', 'ok'], { from: 2 })
    );
    expect(store.at(0)!.level).toBeNull();
    store.prepend(
      printed(['ERROR failed', 'Traceback (most recent call last):'])
    );
    expect(store.first).toBe(-2);
    expect([-2, -1, 0, 1, 2].map(n => store.at(n)!.head)).toEqual([
      -2, -2, -2, -2, 2
    ]);
    expect(store.at(1)!.level).toBe('error');
    expect([...store.beginnings()]).toEqual([['1-0.1', 0]]);
  });
});

describe('filters', () => {
  const texts = [
    'INFO start',
    'ERROR the call failed',
    'Traceback (most recent call last):',
    '  File "a.py", line 1, in f',
    'KeyError: 1',
    '',
    'During handling of the above exception, another exception occurred:',
    '',
    'Traceback (most recent call last):',
    '  File "b.py", line 2, in g',
    'ValueError: needle',
    'WARNING slow',
    'plain'
  ];

  it('keep a traceback with its head line', () => {
    const store = new LogStore();
    const rows = new Rows();
    store.append(printed(texts));
    rows.update(store, { ...ALL_ROWS, threshold: 'error' });
    expect(shownOf(store, rows)).toEqual(texts.slice(1, 11));
    rows.update(store, {
      ...ALL_ROWS,
      only: matcherOf({ text: 'needle', regex: false, matchCase: false })
    });
    expect(shownOf(store, rows)).toEqual(texts.slice(1, 11));
    rows.update(store, { ...ALL_ROWS, threshold: 'warning' });
    expect(shownOf(store, rows)).toEqual(texts.slice(1, 12));
  });

  it('also when another replica prints in between, and line by line', () => {
    const store = new LogStore();
    const rows = new Rows();
    const filter = {
      ...ALL_ROWS,
      only: matcherOf({ text: 'needle', regex: false, matchCase: false })
    };
    printed(texts).forEach((line, index) => {
      store.append([line]);
      rows.update(store, filter);
      store.append(
        printed([`other ${index}`], { replica: '1-1', from: index })
      );
      rows.update(store, filter);
    });
    expect(shownOf(store, rows)).toEqual(texts.slice(1, 11));
  });

  it('let marks through', () => {
    const store = new LogStore();
    const rows = new Rows();
    store.append(printed(['INFO a']));
    store.mark(START);
    rows.update(store, { ...ALL_ROWS, threshold: 'error' });
    expect(rows.numbers).toEqual([1]);
  });

  it('count matches, and step through them round and round', () => {
    const store = new LogStore();
    const rows = new Rows();
    const matches = new Matches();
    const matcher = matcherOf({ text: 'x', regex: false, matchCase: false });
    store.append(printed(['x', 'a', 'x', 'b']));
    rows.update(store, ALL_ROWS);
    matches.update(store, rows, matcher);
    expect(matches.numbers).toEqual([0, 2]);
    expect(matches.step(null, -1)).toBe(2);
    expect(matches.step(2, -1)).toBe(0);
    expect(matches.step(0, -1)).toBe(2);
    expect(matches.step(1, 1)).toBe(2);
    expect(matches.placeOf(2)).toBe(2);
    store.append(printed(['x'], { from: 4 }));
    rows.update(store, ALL_ROWS);
    matches.update(store, rows, matcher);
    expect(matches.numbers).toEqual([0, 2, 4]);
  });
});

describe('heights', () => {
  it('of wrapped rows follow from their texts', () => {
    const offsets = new WrappedOffsets(20, 10);
    ['', '0123456789', '01234567890', '漢字漢字漢字'].forEach(text =>
      offsets.add(text)
    );
    expect([0, 1, 2, 3, 4].map(row => offsets.of(row))).toEqual([
      0, 20, 40, 80, 120
    ]);
    expect([0, 19, 20, 79, 80, 999].map(at => offsets.at(at))).toEqual([
      0, 0, 1, 2, 3, 3
    ]);
    expect(width('é😀')).toBe(3);
  });

  it('of others are even', () => {
    const offsets = evenOffsets(3, 20);
    expect([offsets.total, offsets.of(2), offsets.at(59)]).toEqual([60, 40, 2]);
  });
});

describe('times', () => {
  const trans = nullTranslator.load('');
  const time = Date.parse('2026-11-23T09:40:24.123Z');
  it.each([
    ['utc', time + 1000, '09:40:24.123'],
    ['utc', time + 86_400_000, '11-23 09:40:24.123'],
    ['relative', time + 12_000, '12 s ago'],
    ['relative', time + 7_200_000, '2 h ago'],
    ['off', time, '']
  ] as const)('%s', (style, now, expected) => {
    expect(timeOfLine(time, style, now, trans)).toBe(expected);
  });
});

describe('a link to a line', () => {
  const reference = {
    id: 'iris',
    source: '1-0.12',
    position: 5120,
    time: '2026-11-23T09:40:24.123456Z'
  };

  it('is read as it was written, also inside an address', () => {
    const written = writeReference(reference);
    expect(readReference(written)).toEqual(reference);
    expect(readReference(`http://localhost:8888/lab#${written}`)).toEqual(
      reference
    );
    expect(readReference('catalog:iris')).toBeNull();
  });
});

describe('an expression that could take for ever', () => {
  it.each(['(a+)+$', '(a|aa)*b', '(.*,){20}x', '((x*)y?)+', '(\\w+\\s?)*$'])(
    'is refused: %s',
    source => {
      expect(repeatsRepetition(source)).toBe(true);
      const search = { text: source, regex: true, matchCase: false };
      expect(() => matcherOf(search)).toThrow(source);
    }
  );

  it.each(['(GET|POST) /\\w+', 'a+b+', '(abc)+', '[(+]*', '\\(+', '(?:x+)?y'])(
    'is not %s',
    source => expect(repeatsRepetition(source)).toBe(false)
  );
});

it('reads the address of a line, wherever it stands', () => {
  const store = new LogStore();
  store.append(printed(['first', 'second']));
  const place = placeOfLine('iris', store.at(1)!);
  const address = `https://hub.example/user-redirect/lab?${queryOfPlace(place)}`;
  expect(readReference(address)).toEqual({
    id: 'iris',
    source: '1-0.1',
    position: 10,
    time: '2026-11-23T09:40:01.000Z'
  });
  expect(readReference('https://hub.example/lab?x=1')).toBeNull();
});
