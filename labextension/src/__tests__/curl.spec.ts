import { curlOf, shellQuote } from '../model/curl';
import { deployment } from './fixtures';

const example = {
  inputs: [{ name: 'x', datatype: 'FP64', shape: [1, 2], data: [5.1, 3.5] }]
};
const withModel = (more: object, access: 'public' | 'private' = 'public') => {
  const { spec } = deployment();
  return deployment({
    spec: { ...spec, access, model: { ...spec.model, ...more } }
  });
};

test('sends the example of the model to its endpoint', () => {
  expect(curlOf(withModel({ example }))).toBe(
    `curl -sS http://127.0.0.1:8123/deployment/iris/v2/models/iris/infer -H 'Content-Type: application/json' -d '${JSON.stringify(example)}'`
  );
});

test('a private endpoint wants a client and its token', () => {
  expect(curlOf(withModel({ example }, 'private'))).toContain(
    "curl -sS -u '<client>:<token>' http"
  );
  expect(curlOf(withModel({ example }, 'private'), 'alice:s3cret')).toContain(
    '-u alice:s3cret '
  );
});

test('without an example it asks whether the model is ready', () => {
  expect(curlOf(withModel({ example: null }))).toBe(
    'curl -sS http://127.0.0.1:8123/deployment/iris/v2/models/iris/ready'
  );
});

test('an image that serves by itself is asked at its address', () => {
  expect(curlOf(withModel({ artifact: '', image: 'reg.test/echo:1' }))).toBe(
    'curl -sS http://127.0.0.1:8123/deployment/iris/'
  );
});

test.each([
  ['plain', 'plain'],
  ["it's", `'it'"'"'s'`],
  ['$(rm)', "'$(rm)'"],
  ['', "''"]
])('a shell reads %p as one word', (text, quoted) => {
  expect(shellQuote(text)).toBe(quoted);
});
