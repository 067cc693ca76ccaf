/**
 * @jest-environment node
 */
import { ServerConnection } from '@jupyterlab/services';

import { DeploymentClient } from '../api/client';
import { RestClient } from '../api/rest';
import { ApiError, ConnectionLost, ExtensionMissing } from '../api/errors';
import { deployment } from './fixtures';

type Answer = (request: Request) => Response | Promise<Response>;

function clientOf(answer: Answer) {
  const requests: Request[] = [];
  const fetch = (async (request: Request) => {
    requests.push(request);
    return answer(request);
  }) as typeof globalThis.fetch;
  const settings = ServerConnection.makeSettings({
    baseUrl: 'http://localhost/user/ada/',
    token: 'secret',
    fetch,
    Request,
    Headers
  });
  return { client: new DeploymentClient(new RestClient(settings)), requests };
}

const json = (value: unknown, status = 200) =>
  new Response(JSON.stringify(value), { status });

test('asks below the base URL, with the token, and adds nothing to the query', async () => {
  const { client, requests } = clientOf(() => json({ version: '0.1.0' }));
  await client.health();
  expect(requests[0]!.url).toBe(
    'http://localhost/user/ada/primehub-deploy/v1/health'
  );
  expect(requests[0]!.headers.get('Authorization')).toBe('token secret');
});

test('lists all pages, as of the oldest', async () => {
  const { client, requests } = clientOf(request =>
    new URL(request.url).searchParams.get('continue') === 'next'
      ? json({ items: [deployment({ id: 'b' })], resource_version: 9 })
      : json({
          items: [deployment({ id: 'a' })],
          resource_version: 7,
          continue_token: 'next'
        })
  );
  const { items, resourceVersion } = await client.list();
  expect(items.map(item => item.id)).toEqual(['a', 'b']);
  expect(resourceVersion).toBe(7);
  expect(requests).toHaveLength(2);
});

test('reads the watch as it comes', async () => {
  const { client, requests } = clientOf(
    () => new Response('{"type":"BOOKMARK","resource_version":5}\n')
  );
  const stream = await client.watch(4, new AbortController().signal);
  for await (const changes of stream) {
    expect(changes).toEqual([{ type: 'BOOKMARK', resource_version: 5 }]);
  }
  expect(requests[0]!.url).toContain('/watch?resource_version=4');
  expect.assertions(2);
});

test('passes the abort on to the request', async () => {
  const { client, requests } = clientOf(() => new Response('1\n'));
  const controller = new AbortController();
  await client.watch(4, controller.signal);
  controller.abort();
  expect(requests[0]!.signal.aborted).toBe(true);
});

test("gives the server's words for an error of ours", async () => {
  const body = {
    code: 'engine_unavailable',
    message: 'The engine is starting.',
    fields: [],
    details: { since: 3 }
  };
  const { client } = clientOf(() => json(body, 503));
  const error = await client.list().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 503, code: body.code, body });
});

test.each([
  ['JSON', json({ message: 'Not Found', reason: null }, 404)],
  ['a page', new Response('<html>404</html>', { status: 404 })]
])(
  "takes Jupyter's own 404 as %s for a missing extension",
  async (_, answer) => {
    const { client } = clientOf(() => answer);
    await expect(client.health()).rejects.toBeInstanceOf(ExtensionMissing);
  }
);

test('keeps a 404 of ours apart from a missing extension', async () => {
  const { client } = clientOf(() =>
    json({ code: 'not_found', message: 'no' }, 404)
  );
  await expect(client.health()).rejects.toMatchObject({ code: 'not_found' });
});

test.each([401, 403])(
  "takes Jupyter's own %s for an ended login",
  async status => {
    const { client } = clientOf(() => json({ message: 'Forbidden' }, status));
    await expect(client.health()).rejects.toMatchObject({
      code: 'unauthenticated',
      message: 'Forbidden'
    });
  }
);

test.each<[string, Answer]>([
  ['no network', () => Promise.reject(new TypeError('Failed to fetch'))],
  ["a proxy's 502", () => new Response('<html>', { status: 502 })],
  ['a login page', () => new Response('<html>login</html>')]
])('counts %s as a lost connection', async (_, answer) => {
  const { client } = clientOf(answer);
  await expect(client.health()).rejects.toBeInstanceOf(ConnectionLost);
});
