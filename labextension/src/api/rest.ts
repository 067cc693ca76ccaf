import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import { ConnectionLost, errorOf } from './errors';

/** What is sent, besides verb and path. */
export interface IRequest {
  /** Parameters that are undefined or empty are left out. */
  query?: Readonly<Record<string, string | undefined>>;
  /** Sent as JSON. */
  body?: unknown;
  /** What the caller saw (`If-Match`): when it is another one now, nothing is changed (409). */
  version?: number | null;
  /** Media type of the answer; JSON when left out. */
  accept?: string;
  signal?: AbortSignal;
}

/**
 * Requests below `<base url>primehub-deploy/v1/`.
 *
 * Everything goes through `ServerConnection.makeRequest`, which knows the base URL, the token and the
 * XSRF cookie: a bare `fetch` or an `EventSource` is refused on JupyterHub.
 */
export class RestClient {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  /** The JSON value of an answer. */
  async json<T>(
    method: string,
    path: string,
    request: IRequest = {}
  ): Promise<T> {
    const response = await this.send(method, path, request);
    try {
      return (await response.json()) as T;
    } catch (error) {
      // A login page with status 200, or a connection cut in the middle.
      throw new ConnectionLost(String(error));
    }
  }

  /**
   * An answer that is a success.
   *
   * @throws ApiError
   *   The server refuses, and why.
   * @throws ConnectionLost
   *   Nobody answered.
   */
  async send(
    method: string,
    path: string,
    { query = {}, body, version, accept, signal }: IRequest = {}
  ): Promise<Response> {
    const url =
      URLExt.join(this.settings.baseUrl, 'primehub-deploy', 'v1', path) +
      queryString(query);
    const headers: Record<string, string> = {};
    if (body !== undefined) {
      headers['Content-Type'] = 'application/json';
    }
    if (typeof version === 'number') {
      headers['If-Match'] = `"${version}"`;
    }
    if (accept) {
      headers['Accept'] = accept;
    }
    const init: RequestInit = {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      // `reload` skips the HTTP cache without the anonymous query parameter that the default `no-store` adds.
      cache: 'reload',
      signal
    };
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(url, init, this.settings);
    } catch (error) {
      throw new ConnectionLost(
        error instanceof Error ? error.message : String(error)
      );
    }
    if (!response.ok) {
      throw await errorOf(response);
    }
    return response;
  }
}

function queryString(query: NonNullable<IRequest['query']>): string {
  const given = Object.entries(query).filter(
    (entry): entry is [string, string] => Boolean(entry[1])
  );
  return given.length > 0 ? `?${new URLSearchParams(given).toString()}` : '';
}
