import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type { Change, Deployment, DeploymentList, Health } from './contract';
import { ConnectionLost, errorOf } from './errors';
import { readJsonLines } from './ndjson';

const PAGE_SIZE = 500;

/** All deployments, and the resource version they are as of. */
export interface IDeploymentSnapshot {
  items: Deployment[];
  resourceVersion: number;
}

/** What the store needs of the REST API. */
export interface IDeploymentClient {
  /** State and version of the server extension. */
  health(signal?: AbortSignal): Promise<Health>;

  /** All deployments that the caller may see. */
  list(signal?: AbortSignal): Promise<IDeploymentSnapshot>;

  /**
   * Follow changes after `resourceVersion`. Resolves once the server has accepted; each
   * step of the iteration is what came in one network chunk.
   */
  watch(
    resourceVersion: number,
    signal: AbortSignal
  ): Promise<AsyncIterable<Change[]>>;
}

/**
 * The REST API under `<base url>primehub-deploy/v1/`.
 *
 * Everything goes through `ServerConnection.makeRequest`, which knows the base URL, the token and the
 * XSRF cookie: a bare `fetch` or an `EventSource` is refused on JupyterHub.
 */
export class DeploymentClient implements IDeploymentClient {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  async health(signal?: AbortSignal): Promise<Health> {
    return this.getJson<Health>('health', {}, signal);
  }

  async list(signal?: AbortSignal): Promise<IDeploymentSnapshot> {
    const items: Deployment[] = [];
    let token: string | null = null;
    let resourceVersion: number | null = null;
    do {
      const query: Record<string, string> = { limit: String(PAGE_SIZE) };
      if (token !== null) {
        query['continue'] = token;
      }
      const page: DeploymentList = await this.getJson<DeploymentList>(
        'deployments',
        query,
        signal
      );
      items.push(...page.items);
      token = page.continue_token ?? null;
      // Later pages may be newer: the watch must go on from the oldest.
      resourceVersion ??= page.resource_version;
    } while (token !== null);
    return { items, resourceVersion };
  }

  async watch(
    resourceVersion: number,
    signal: AbortSignal
  ): Promise<AsyncIterable<Change[]>> {
    const query = { resource_version: String(resourceVersion) };
    const response = await this.get('watch', query, signal);
    if (response.body === null) {
      throw new ConnectionLost('the server sent no stream');
    }
    return readJsonLines<Change>(response.body);
  }

  private async getJson<T>(
    path: string,
    query: Record<string, string>,
    signal?: AbortSignal
  ): Promise<T> {
    const response = await this.get(path, query, signal);
    try {
      return (await response.json()) as T;
    } catch (error) {
      // A login page with status 200, or a connection cut in the middle.
      throw new ConnectionLost(String(error));
    }
  }

  private async get(
    path: string,
    query: Record<string, string>,
    signal?: AbortSignal
  ): Promise<Response> {
    const url =
      URLExt.join(this.settings.baseUrl, 'primehub-deploy', 'v1', path) +
      URLExt.objectToQueryString(query);
    // `reload` skips the HTTP cache without the anonymous query parameter that the default `no-store` adds.
    const init: RequestInit = { method: 'GET', cache: 'reload', signal };
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
