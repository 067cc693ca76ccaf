import {
  ApiError,
  ConnectionLost,
  ExtensionMissing,
  errorOf
} from '../api/errors';

function answer(status: number, body: unknown, redirected = false): Response {
  return {
    status,
    statusText: 'words',
    redirected,
    text: async () => (typeof body === 'string' ? body : JSON.stringify(body))
  } as Response;
}

test('an answer of ours is told in its own words', async () => {
  const body = { code: 'forbidden', message: 'ask an administrator' };
  const error = await errorOf(answer(403, body));
  expect(error).toBeInstanceOf(ApiError);
  expect(error.message).toBe('ask an administrator');
});

test('without our handlers the extension is missing', async () => {
  const error = await errorOf(answer(404, { message: 'Not Found' }));
  expect(error).toBeInstanceOf(ExtensionMissing);
});

test("a refusal that isn't ours means that the login ended", async () => {
  const error = await errorOf(answer(403, 'Forbidden'));
  expect(error).toMatchObject({ code: 'unauthenticated', status: 403 });
});

test.each([403, 404, 424])(
  'a Hub that answers %i in the place of a server that stops is a lost connection',
  async status => {
    const error = await errorOf(answer(status, '<html>', true));
    expect(error).toBeInstanceOf(ConnectionLost);
  }
);
