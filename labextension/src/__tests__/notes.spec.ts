import { nullTranslator } from '@jupyterlab/translation';

import { tryingWords } from '../form/words';
import { callNotes, dataNote } from '../try/notes';
import { isInternal } from '../ui/internal';
import { deployment, me } from './fixtures';

const trans = nullTranslator.load('');
const service = 'http://iris.research.svc.cluster.local/deployment/iris/';

test.each([
  [service, true],
  ['http://iris.research.svc.example.org:8000/', true],
  ['https://hub.example.org/deployment/svc/', false],
  ['http://127.0.0.1:8123/deployment/iris/', false],
  ['', false]
])('%s is an address for the inside of a cluster: %s', (url, internal) =>
  expect(isInternal(url)).toBe(internal)
);

test('a call says where its address is known, but not of our client, which goes through the server', () => {
  const inside = deployment({ endpoint: service });
  const said = (of: typeof inside, language: 'curl' | 'client') =>
    callNotes(of, language, trans).join(' ');
  expect(said(inside, 'curl')).toMatch(/inside of the cluster only/);
  expect(said(inside, 'client')).not.toMatch(/inside of the cluster/);
  expect(said(deployment(), 'curl')).not.toMatch(/inside of the cluster/);
});

test('a call of an image that serves by itself does not promise what that takes', () => {
  const { spec } = deployment();
  const image = { ...spec.model, artifact: '', image: 'reg.test/echo:1' };
  const echo = deployment({ spec: { ...spec, model: image } });
  expect(callNotes(echo, 'curl', trans).join(' ')).toMatch(/its own matter/);
  expect(callNotes(echo, 'client', trans).join(' ')).toMatch(
    /our client speaks the Open Inference Protocol v2 to it, which it may not/
  );
  expect(dataNote(echo.spec.model, trans)).toBe('');
  expect(callNotes(deployment(), 'curl', trans).join(' ')).not.toMatch(
    /its own matter/
  );
});

test('a trial that needs a pod says that it can take a while', () => {
  const { engine } = me();
  const on = (images: boolean) =>
    tryingWords(me({ engine: { ...engine, images } }), trans);
  expect(on(true)).toMatch(/in a pod of its own: that can take/);
  expect(on(false)).toBe('Trying the model with its example…');
});
