import type {
  Change,
  Deployment,
  DeploymentList,
  Health,
  Me
} from './contract';
import { ConnectionLost } from './errors';
import { readJsonLines } from './ndjson';
import type { RestClient } from './rest';

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
 * All deployments over the REST API: a snapshot, and what changes.
 *
 * @param scope - `own`: of the caller's groups. `all`: of all groups, which only administrators may ask for.
 */
export class DeploymentClient implements IDeploymentClient {
  constructor(
    private readonly rest: RestClient,
    scope: 'own' | 'all' = 'own'
  ) {
    this.scope = scope === 'all' ? { all: '1' } : {};
  }

  async health(signal?: AbortSignal): Promise<Health> {
    return this.rest.json<Health>('GET', 'health', { signal });
  }

  async list(signal?: AbortSignal): Promise<IDeploymentSnapshot> {
    const items: Deployment[] = [];
    let token: string | null = null;
    let resourceVersion: number | null = null;
    do {
      const page: DeploymentList = await this.rest.json<DeploymentList>(
        'GET',
        'deployments',
        {
          query: {
            ...this.scope,
            limit: String(PAGE_SIZE),
            continue: token ?? undefined
          },
          signal
        }
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
    const response = await this.rest.send('GET', 'watch', {
      query: { ...this.scope, resource_version: String(resourceVersion) },
      signal
    });
    if (response.body === null) {
      throw new ConnectionLost('the server sent no stream');
    }
    return readJsonLines<Change>(response.body);
  }

  /** Who the caller is, and what they may do. */
  me(signal?: AbortSignal): Promise<Me> {
    return this.rest.json<Me>('GET', 'me', { signal });
  }

  private readonly scope: Readonly<Record<string, string>>;
}
