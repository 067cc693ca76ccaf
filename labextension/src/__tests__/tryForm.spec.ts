import type { Signature } from '../api/contract';
import { answerTable, errorWords } from '../try/answers';
import { IColumn, parseCell } from '../try/cells';
import { compareAnswers, deltaText } from '../try/compare';
import {
  asText,
  bodyOf,
  draftFrom,
  draftFromText,
  problemOf,
  toForm,
  toJson
} from '../try/editing';
import type { IInferRequest, Json } from '../try/oip';
import { readRequest } from '../try/requestText';
import {
  ITable,
  requestOf,
  tableOf,
  withCell,
  withRow,
  withoutRow
} from '../try/table';

const column = (datatype: string, more: Partial<IColumn> = {}): IColumn => ({
  name: 'x',
  datatype,
  minimum: null,
  maximum: null,
  seen: [],
  nullable: false,
  ...more
});

test.each<[string, string, Json, string | null]>([
  ['FP64', '1.5e3', 1500, null],
  ['FP64', ' -2 ', -2, null],
  ['FP64', '', null, null],
  ['FP32', 'nan', null, null],
  ['FP64', '1,5', '1,5', 'number'],
  ['FP64', 'Infinity', 'Infinity', 'number'],
  ['INT64', '+7', 7, null],
  ['INT64', '7.0', '7.0', 'whole'],
  ['INT64', '', '', 'whole'],
  ['INT64', '9007199254740993', '9007199254740993', 'inexact'],
  ['INT8', '128', '128', 'range'],
  ['INT8', '-128', -128, null],
  ['UINT8', '-1', '-1', 'range'],
  ['BOOL', 'true', true, null],
  ['BOOL', 'yes', 'yes', 'boolean'],
  ['BYTES', ' a ', ' a ', null],
  ['JSON', '{"a": [1]}', { a: [1] }, null],
  ['JSON', '{a', '{a', 'json']
])('%s takes %p as %j: %s', (datatype, text, value, problem) => {
  const cell = parseCell(text, column(datatype));
  expect(cell.value).toEqual(value);
  expect(cell.problem).toBe(problem);
});

test('what the model was not shown is pointed out, and may be sent', () => {
  const range = column('FP64', { minimum: 1, maximum: 2 });
  expect(parseCell('3', range)).toEqual({
    value: 3,
    problem: null,
    unusual: true
  });
  expect(parseCell('2', range).unusual).toBe(false);
});

test('an empty field is a missing text only where the example has some', () => {
  expect(parseCell('', column('BYTES')).value).toBe('');
  expect(parseCell('', column('BYTES', { nullable: true })).value).toBeNull();
});

const json = (value: Json): IInferRequest => ({
  parameters: { content_type: 'json' },
  inputs: [
    {
      name: 'input',
      datatype: 'BYTES',
      shape: [1],
      data: [JSON.stringify(value)]
    }
  ]
});
const np = (
  shape: number[],
  data: Json[],
  datatype = 'FP64'
): IInferRequest => ({
  parameters: { content_type: 'np' },
  inputs: [{ name: 'input', datatype, shape, data }]
});
const FRAME: IInferRequest = {
  id: 'mine',
  parameters: { content_type: 'pd', method: 'predict_proba' },
  inputs: [
    { name: 'age', datatype: 'INT64', shape: [2], data: [31, 44] },
    { name: 'city', datatype: 'BYTES', shape: [2], data: ['Lyon', null] },
    {
      name: 'day',
      datatype: 'BYTES',
      shape: [2],
      parameters: { content_type: 'datetime' },
      data: ['2026-01-01', '2026-01-02']
    }
  ]
};
const signatureOf = (shape: number[]): Signature => ({
  content_type: 'np',
  derived: false,
  inputs: [{ name: 'input', datatype: 'FP64', shape, minimum: 0, maximum: 9 }],
  outputs: []
});

describe('a request as fields', () => {
  test.each<[string, IInferRequest, number[] | null, string]>([
    ['a data frame', FRAME, null, 'columns'],
    ['a matrix', np([2, 3], [1, 2, 3, 4, null, 6]), [-1, 3], 'matrix'],
    ['rows of one value', np([2], [1, 2]), [-1], 'vector'],
    ['one row of a fixed size', np([2], [1, 2]), [2], 'row'],
    ['an object', json({ a: 1, b: 'x', c: true }), null, 'object'],
    ['objects', json([{ a: 1 }, { a: 2 }]), null, 'objects'],
    ['a text', json('hello'), null, 'value'],
    ['texts', json(['hello', 'you']), null, 'values'],
    ['a value of any depth', json({ a: { b: [1, null] } }), null, 'value']
  ])('is %s, and back', (_, request, shape, layout) => {
    const table = tableOf(request, shape && signatureOf(shape))!;
    expect(table.layout).toBe(layout);
    expect(requestOf(table, request)).toEqual(request);
  });

  test.each<[string, IInferRequest]>([
    ['three dimensions', np([1, 1, 2], [1, 2])],
    [
      'very many columns',
      np(
        [1, 300],
        Array.from({ length: 300 }, () => 1)
      )
    ],
    ['data that is not of its shape', np([2, 2], [1])]
  ])('is none for %s', (_, request) => {
    expect(tableOf(request)).toBeNull();
  });

  test('tells ranges and the texts that were seen', () => {
    expect(
      tableOf(np([1, 2], [1, 2]), signatureOf([-1, 2]))!.columns[1]
    ).toMatchObject({
      name: '1',
      minimum: 0,
      maximum: 9
    });
    const city = tableOf(FRAME)!.columns[1]!;
    expect([city.seen, city.nullable]).toEqual([['Lyon'], true]);
  });

  test('grows by a row like the last one, and shrinks', () => {
    let table: ITable = tableOf(FRAME)!;
    table = withRow(table);
    table = withCell(table, 2, 0, '50');
    table = withoutRow(table, 0);
    const [age] = requestOf(table, FRAME).inputs;
    expect(age).toMatchObject({ shape: [2], data: [44, 50] });
  });
});

describe('fields and text are one request', () => {
  const known = { signature: null, example: FRAME };

  test('what is wrong in a field is in the text, and back in the field', () => {
    const draft = draftFrom(FRAME, known);
    const wrong = {
      ...draft,
      table: withCell((draft as { table: ITable }).table, 0, 0, 'x')
    } as typeof draft;
    expect(problemOf(wrong)).toEqual({ kind: 'fields' });
    expect(bodyOf(wrong)).toBeUndefined();
    const text = toJson(wrong);
    expect(asText(text)).toContain('"x"');
    expect(asText(toForm(text, known)!)).toBe(asText(wrong));
  });

  test('a text that is no request can’t be fields', () => {
    expect(toForm({ mode: 'json', text: '{' }, known)).toBeNull();
    expect(draftFromText('{"inputs": 1}', known).mode).toBe('json');
  });

  test('where nothing is known people begin with something', () => {
    expect(problemOf(draftFrom(null, { example: null }))).toBeNull();
  });

  test('the model may say itself what is wrong with what is JSON', () => {
    expect(bodyOf({ mode: 'json', text: '{"a": 1}' })).toEqual({ a: 1 });
    expect(bodyOf({ mode: 'json', text: '{' })).toBeUndefined();
  });
});

test.each<[string, object]>([
  ['{"inputs": [', { kind: 'json', line: 1 }],
  ['{\n"a": }', { kind: 'json', line: 2 }],
  ['[]', { kind: 'inputs' }],
  [
    '{"inputs": [{"name": "x"}]}',
    { kind: 'tensor', position: 0, field: 'datatype' }
  ],
  [
    '{"inputs": [{"name": "x", "datatype": "FP64", "shape": [2], "data": [1]}]}',
    { kind: 'size', name: 'x', wanted: 2, found: 1 }
  ]
])('%s is told apart', (text, problem) => {
  expect(readRequest(text)).toMatchObject({ problem });
});

const answer = (...outputs: [string, number[], Json[], string?][]) => ({
  model_name: 'm',
  outputs: outputs.map(([name, shape, data, content]) => ({
    name,
    datatype: 'FP64',
    shape,
    data,
    ...(content ? { parameters: { content_type: content } } : {})
  }))
});

test.each<[string, unknown, object | null]>([
  [
    'one output',
    answer(['y', [2], [1, 2]]),
    { columns: ['y'], rows: [[1], [2]] }
  ],
  [
    'probabilities',
    answer(['p', [1, 2], [0.1, 0.9]]),
    { columns: ['p[0]', 'p[1]'], rows: [[0.1, 0.9]] }
  ],
  [
    'several',
    answer(['a', [1], [1]], ['b', [1], ['{"c":1}'], 'json']),
    { columns: ['a', 'b'], rows: [[1, { c: 1 }]] }
  ],
  ['of unequal length', answer(['a', [1], [1]], ['b', [2], [1, 2]]), null],
  ['three dimensions', answer(['a', [1, 1, 1], [1]]), null],
  ['no answer of the protocol', { text: 1 }, null]
])('an answer as a table: %s', (_, body, table) => {
  expect(answerTable(body)).toEqual(table);
});

test.each<[unknown, string]>([
  ['plain\n', 'plain'],
  [{ error: 'inputs: missing' }, 'inputs: missing'],
  [{ error: { code: 'stopped', message: 'it is stopped' } }, 'it is stopped'],
  [{ odd: 1 }, '{"odd":1}']
])('the words of %j', (body, words) => {
  expect(errorWords(body)).toBe(words);
});

describe('two answers', () => {
  test('are compared cell by cell, numbers by how much', () => {
    const found = compareAnswers(
      answer(['y', [3], [1, 2, 3]]),
      answer(['y', [3], [1, 2.5, 2]])
    );
    expect(found).toMatchObject({ compared: 3, changed: 2, greatest: 1 });
    expect(found.table!.rows[1]![0]).toEqual({
      left: 2,
      right: 2.5,
      same: false,
      delta: 0.5
    });
  });

  test('of another form are compared by path', () => {
    const found = compareAnswers(
      answer(['y', [1], ['{"a":1,"b":2}'], 'json']),
      answer(['y', [2], [1, 2]])
    );
    expect(found.table).toBeNull();
    expect(found.differences.map(pair => pair.path)).toEqual(['y[0]', 'y[1]']);
  });

  test('that are the same differ in nothing', () => {
    expect(compareAnswers({ a: [1] }, { a: [1] })).toMatchObject({
      compared: 1,
      changed: 0,
      greatest: 0
    });
  });

  test.each([
    [0.5, '+0.5'],
    [-0.123456, '−0.1235'],
    [1e-9, '+1.00e-9']
  ])('a difference of %p reads %s', (delta, text) => {
    expect(deltaText(delta)).toBe(text);
  });
});
