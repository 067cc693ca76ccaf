import type { Signature } from '../api/contract';
import { shellQuote } from '../model/curl';
import { pythonLiteral } from '../try/literals';
import type { IInferRequest } from '../try/oip';
import { exampleOf } from '../try/oip';
import { seldonRequest } from '../try/seldon';
import {
  ICall,
  curl,
  javascriptFetch,
  protocolsOf,
  pythonClient,
  pythonRequests,
  speaks
} from '../try/snippets';

const FRAME: IInferRequest = {
  parameters: { content_type: 'pd' },
  inputs: [
    { name: 'age', datatype: 'INT64', shape: [2], data: [31, 44] },
    { name: 'income', datatype: 'FP64', shape: [2], data: [2.5, 3] }
  ]
};
const ARRAY: IInferRequest = {
  parameters: { content_type: 'np' },
  inputs: [
    { name: 'input', datatype: 'FP64', shape: [1, 3], data: [1, 2.5, null] }
  ]
};
const TEXTS: IInferRequest = {
  parameters: { content_type: 'pd', method: 'predict_proba' },
  inputs: [
    { name: 'city', datatype: 'BYTES', shape: [1], data: ["Val-d'Isère"] },
    { name: 'paid', datatype: 'BOOL', shape: [1], data: [true] }
  ]
};
const VALUE: IInferRequest = {
  parameters: { content_type: 'json' },
  inputs: [
    { name: 'input', datatype: 'BYTES', shape: [1], data: ['{"a": [1, null]}'] }
  ]
};
const TIMES: IInferRequest = {
  parameters: { content_type: 'pd' },
  inputs: [
    {
      name: 'day',
      datatype: 'BYTES',
      shape: [1],
      parameters: { content_type: 'datetime' },
      data: ['2026-01-01T00:00:00']
    }
  ]
};

const call = (
  request: IInferRequest | null,
  more: Partial<ICall> = {}
): ICall => ({
  deployment: {
    id: 'iris',
    endpoint: 'http://127.0.0.1:8123/deployment/iris/'
  },
  isPrivate: false,
  request,
  ...more
});

test.each([
  ['plain', 'plain'],
  ['http://127.0.0.1:8/a-b_c', 'http://127.0.0.1:8/a-b_c'],
  ['', "''"],
  ['<client>:<token>', "'<client>:<token>'"],
  ["it's", `'it'"'"'s'`],
  ['$HOME `x` "y" \\', `'$HOME \`x\` "y" \\'`]
])('a shell reads %p from %s', (text, word) => {
  expect(shellQuote(text)).toBe(word);
});

test.each([
  [null, 'None'],
  [[true, false, 1.5, 'ä"\n'], '[True, False, 1.5, "ä\\"\\n"]'],
  [{ a: {} }, '{"a": {}}']
])('Python writes %j', (value, text) => {
  expect(pythonLiteral(value)).toBe(text);
});

test('a thousand numbers are not a thousand lines, and deep nesting ends soon', () => {
  const numbers = Array.from({ length: 1000 }, (_, n) => n);
  expect(pythonLiteral(numbers).split('\n').length).toBeLessThan(100);
  let deep: unknown = 'x'.repeat(100);
  for (let n = 0; n < 60; n += 1) {
    deep = [deep];
  }
  expect(pythonLiteral(deep as never)).toContain('x');
});

describe('an image that serves by itself', () => {
  const alone = call(null, { plain: { path: '' } });
  const url = 'http://127.0.0.1:8123/deployment/iris/';

  test('is asked at its address, in the words of the client’s handle.curl(); what it speaks may be tried', () => {
    expect(curl(alone)).toBe(`curl -sS ${url}`);
    expect(protocolsOf(alone)).toEqual(['plain', 'v2', 'seldon']);
    expect(curl(alone, 'v2')).toContain(`${url}v2/models/iris/infer`);
    expect(curl(alone, 'seldon')).toContain(`${url}api/v1.0/predictions`);
    expect(pythonRequests(alone, 'plain')).toContain(
      `requests.get(\n    "${url}",\n    timeout=60,`
    );
    expect(javascriptFetch(alone, 'plain')).toContain(
      `await fetch(\n    "${url}"\n);`
    );
    expect(javascriptFetch(alone, 'seldon')).toContain('api/v1.0/predictions');
  });

  test('is sent what was written, and nothing else is offered then', () => {
    const sent = call(null, { plain: { path: 'predict', body: [1, null] } });
    expect(protocolsOf(sent)).toEqual(['plain']);
    expect(curl(sent)).toContain(`${url}predict`);
    expect(curl(sent)).toContain("-d '[1,null]'");
    expect(pythonRequests(sent, 'plain')).toContain('json=[1, None]');
    expect(javascriptFetch(sent, 'plain')).toContain(
      'body: JSON.stringify([1, null])'
    );
    const nothing = call(null, { plain: { path: '', body: null } });
    expect(curl(nothing)).toContain('-d null');
  });

  test('what runs in our image speaks ours', () => {
    expect(protocolsOf(call(ARRAY))).toEqual(['v2', 'seldon']);
    expect(protocolsOf(call(TIMES))).toEqual(['v2']);
  });
});

describe('curl', () => {
  test('has the words of the client’s handle.curl()', () => {
    expect(curl(call(ARRAY)).replaceAll(' \\\n ', '')).toBe(
      "curl -sS http://127.0.0.1:8123/deployment/iris/v2/models/iris/infer -H 'Content-Type: application/json' -d " +
        `'${JSON.stringify(ARRAY)}'`
    );
  });

  test('asks for a client where the endpoint is private', () => {
    expect(curl(call(ARRAY, { isPrivate: true }))).toContain(
      "-u '<client>:<token>'"
    );
  });

  test('speaks Seldon’s protocol as the original page did', () => {
    const code = curl(call(FRAME), 'seldon');
    expect(code).toContain('/deployment/iris/api/v1.0/predictions');
    expect(code).toContain(
      `'{"data":{"names":["age","income"],"tensor":{"shape":[2,2],"values":[31,2.5,44,3]}}}'`
    );
  });

  test('an apostrophe in the data stays in the data', () => {
    expect(curl(call(TEXTS))).toContain(`Val-d'"'"'Is`);
  });

  test('what is too long for a command line comes from a here document', () => {
    const data = Array.from({ length: 60_000 }, () => 1.5);
    const long: IInferRequest = {
      inputs: [{ name: 'x', datatype: 'FP64', shape: [60_000], data }]
    };
    expect(curl(call(long))).toMatch(/-d @- <<'END'\n\{.*\}\nEND$/);
  });

  test('says where data belongs when nobody knows what the model takes', () => {
    expect(curl(call(null))).toContain("-d '<your data>'");
  });
});

test.each([
  [
    'a table of numbers',
    FRAME,
    {
      data: {
        names: ['age', 'income'],
        tensor: { shape: [2, 2], values: [31, 2.5, 44, 3] }
      }
    }
  ],
  [
    'an array',
    ARRAY,
    { data: { tensor: { shape: [1, 3], values: [1, 2.5, null] } } }
  ],
  [
    'a table with texts, by another method',
    TEXTS,
    {
      meta: { tags: { method: 'predict_proba' } },
      data: { names: ['city', 'paid'], ndarray: [["Val-d'Isère", true]] }
    }
  ],
  ['a JSON value', VALUE, { jsonData: { a: [1, null] } }],
  ['times, which it has no word for', TIMES, null]
])('Seldon’s protocol says %s', (_, request, body) => {
  expect(seldonRequest(request)).toEqual(body);
  expect(speaks(call(request), 'seldon')).toBe(body !== null);
});

test('requests takes login and data as Python has them', () => {
  const code = pythonRequests(call(TEXTS, { isPrivate: true }));
  expect(code).toContain('auth=("<client>", "<token>"),');
  expect(code).toContain('"data": [True]');
});

test.each([
  [
    'a data frame',
    FRAME,
    'pd.DataFrame({"age": [31, 44], "income": [2.5, 3.0]})'
  ],
  ['an array', ARRAY, 'np.array([[1.0, 2.5, float("nan")]])'],
  ['a value', VALUE, 'X = {"a": [1, None]}'],
  ['times', TIMES, 'pd.to_datetime(["2026-01-01T00:00:00"])'],
  ['another method', TEXTS, 'model.predict(X, method="predict_proba")'],
  ['nobody knows what', null, 'X = ...  # <your data>']
])('our client takes %s', (_, request, code) => {
  expect(pythonClient(call(request))).toContain(code);
});

test('JavaScript logs in like curl -u', () => {
  expect(javascriptFetch(call(FRAME, { isPrivate: true }))).toContain(
    'Authorization: "Basic " + btoa("<client>:<token>")'
  );
  expect(javascriptFetch(call(FRAME))).not.toContain('Authorization');
});

describe('the example of a model', () => {
  const signature: Signature = {
    content_type: 'np',
    derived: false,
    inputs: [
      {
        name: 'input',
        datatype: 'FP32',
        shape: [-1, 2],
        minimum: null,
        maximum: null
      }
    ],
    outputs: []
  };
  test.each([
    ['recorded', { example: ARRAY, signature }],
    ['derived', { example: ARRAY, signature: { ...signature, derived: true } }],
    ['made', { example: null, signature }],
    [undefined, { example: null, signature: null }],
    [undefined, { example: { inputs: 'none' }, signature: null }]
  ])('is %s', (origin, model) => {
    expect(exampleOf(model as never)?.origin).toBe(origin);
  });

  test('is zeros of the right shape where none is recorded', () => {
    expect(exampleOf({ example: null, signature })?.request.inputs).toEqual([
      { name: 'input', datatype: 'FP32', shape: [1, 2], data: [0, 0] }
    ]);
  });
});
