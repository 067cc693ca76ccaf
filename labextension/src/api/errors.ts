import type { ErrorBody } from './contract';

/**
 * The server answered a request with an error, in the words of `ErrorBody`.
 */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly body: ErrorBody
  ) {
    super(body.message);
    this.name = 'ApiError';
  }

  get code(): string {
    return this.body.code;
  }
}

/**
 * There is a Jupyter server, but nothing of ours answers: the server extension is not
 * installed in its environment, or not enabled.
 */
export class ExtensionMissing extends Error {
  constructor() {
    super('The primehub-deploy-ext server extension does not answer.');
    this.name = 'ExtensionMissing';
  }
}

/**
 * The server is there but is of another release series than this page.
 */
export class VersionMismatch extends Error {
  constructor(readonly server: string) {
    super(`The server extension has version ${server}.`);
    this.name = 'VersionMismatch';
  }
}

/**
 * The server can't be reached, or what answered is not our server (a proxy's page).
 */
export class ConnectionLost extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConnectionLost';
  }
}

/**
 * Tell what an answer that is not a success means.
 *
 * Only our handlers send `code`; Jupyter's own 404 (`{"message": "Not Found"}` or a page) says that
 * none of them is registered, and its 401 and 403 that the login ended. We never redirect: whoever did stands
 * in front of a server that isn't there, such as a JupyterHub while it stops or starts the server, and what
 * it answers in the end (its own 403, 404 or 424) says nothing about us.
 */
export async function errorOf(response: Response): Promise<Error> {
  const body = parse(await response.text().catch(() => ''));
  const message =
    typeof body.message === 'string' ? body.message : response.statusText;
  if (response.redirected) {
    return new ConnectionLost(`${response.status} ${message}`.trim());
  }
  if (typeof body.code === 'string') {
    return new ApiError(response.status, {
      code: body.code,
      message,
      fields: Array.isArray(body.fields)
        ? (body.fields as ErrorBody['fields'])
        : [],
      details: (body.details ?? {}) as ErrorBody['details']
    });
  }
  switch (response.status) {
    case 404:
      return new ExtensionMissing();
    case 401:
    case 403:
      return new ApiError(response.status, {
        code: 'unauthenticated',
        message,
        fields: [],
        details: {}
      });
    default:
      return new ConnectionLost(`${response.status} ${message}`.trim());
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object'
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}
