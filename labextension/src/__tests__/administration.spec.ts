/**
 * @jest-environment node
 */
import { ServerConnection } from '@jupyterlab/services';

import { AdministrationClient } from '../api/administration';
import { ApiError } from '../api/errors';
import { RestClient } from '../api/rest';
import { group } from './fixtures';

function clientOf(answer: () => Response) {
  const requests: Request[] = [];
  const fetch = (async (request: Request) => {
    requests.push(request);
    return answer();
  }) as typeof globalThis.fetch;
  const settings = ServerConnection.makeSettings({
    baseUrl: 'http://localhost/user/ada/',
    token: 'secret',
    fetch,
    Request,
    Headers
  });
  return {
    client: new AdministrationClient(new RestClient(settings)),
    requests
  };
}

const json = (value: unknown, status = 200) =>
  new Response(JSON.stringify(value), { status });

test('a change says which version it is about', async () => {
  const { client, requests } = clientOf(() => json(group()));
  await client.updateGroup('a group, 100 % ours', { enabled: true }, 7);
  const [request] = requests;
  expect(request!.method).toBe('PATCH');
  expect(request!.url).toBe(
    'http://localhost/user/ada/primehub-deploy/v1/groups/a%20group%2C%20100%20%25%20ours'
  );
  expect(request!.headers.get('If-Match')).toBe('"7"');
  expect(await request!.json()).toEqual({ enabled: true });
});

test('a group that owns nothing is deleted without a word on deployments', async () => {
  const { client, requests } = clientOf(
    () => new Response(null, { status: 204 })
  );
  await client.deleteGroup('lab', 1);
  await client.deleteGroup('lab', 1, 'keep');
  expect(requests.map(({ url }) => new URL(url).search)).toEqual([
    '',
    '?deployments=keep'
  ]);
});

test('what is asked of the audit log is what is exported', async () => {
  const { client, requests } = clientOf(() => json({ items: [] }));
  await client.audit({ user: 'ada', group: '' }, 50, 'next');
  await client.auditFile({ user: 'ada', group: '' });
  expect(requests.map(({ url }) => new URL(url).search)).toEqual([
    '?user=ada&limit=50&continue=next',
    '?user=ada'
  ]);
  expect(requests[1]!.headers.get('Accept')).toBe('text/csv');
});

test('a refusal keeps all that the server said', async () => {
  const body = {
    code: 'conflict',
    message: 'two deployments run',
    fields: [],
    details: { running: [{ id: 'iris', name: 'Iris' }] }
  };
  const { client } = clientOf(() => json(body, 409));
  const refusal = client.updateGroup('lab', { enabled: false }, 1);
  await expect(refusal).rejects.toBeInstanceOf(ApiError);
  await expect(refusal).rejects.toMatchObject({ status: 409, body });
});
