import type {
  AuditList,
  Group,
  GroupChange,
  GroupList,
  InstanceType,
  InstanceTypeChange,
  InstanceTypeList,
  Measurement,
  MeasurementList,
  MetricsSummary,
  MetricsSummaryList,
  NewGroup,
  NewInstanceType,
  NewPullSecret,
  PullSecretChange,
  PullSecretInfo,
  PullSecretList,
  UsageLine,
  UsageReport
} from './contract';
import type { RestClient } from './rest';

const ALL = { all: '1' };

/** Which lines of the audit log; what is left out or empty doesn't matter. */
export interface IAuditQuery {
  user?: string;
  action?: string;
  group?: string;
  outcome?: string;
  search?: string;
  /** ISO 8601 times. */
  since?: string;
  until?: string;
}

/** The REST API as far as people who manage something need it. */
export class AdministrationClient {
  constructor(private readonly rest: RestClient) {}

  /**
   * Groups.
   *
   * @param scope - `own`: of the caller. `all`: every one, with those that are gone and still own deployments;
   * only administrators may ask for it.
   */
  async groups(scope: 'own' | 'all', signal?: AbortSignal): Promise<Group[]> {
    const query = scope === 'all' ? ALL : {};
    return (await this.rest.json<GroupList>('GET', 'groups', { query, signal }))
      .items;
  }

  group(name: string): Promise<Group> {
    return this.rest.json<Group>('GET', pathOf('groups', name));
  }

  createGroup(body: NewGroup): Promise<Group> {
    return this.rest.json<Group>('POST', 'groups', { body });
  }

  updateGroup(
    name: string,
    body: GroupChange,
    version: number
  ): Promise<Group> {
    const path = pathOf('groups', name);
    return this.rest.json<Group>('PATCH', path, { body, version });
  }

  /** @param deployments - What becomes of those that it owns; without it, a group that owns any stays. */
  async deleteGroup(
    name: string,
    version: number,
    deployments?: 'keep' | 'delete'
  ): Promise<void> {
    const query = { deployments };
    await this.rest.send('DELETE', pathOf('groups', name), { query, version });
  }

  async instanceTypes(signal?: AbortSignal): Promise<InstanceType[]> {
    const request = { query: ALL, signal };
    return (
      await this.rest.json<InstanceTypeList>('GET', 'instance-types', request)
    ).items;
  }

  createInstanceType(body: NewInstanceType): Promise<InstanceType> {
    return this.rest.json<InstanceType>('POST', 'instance-types', { body });
  }

  updateInstanceType(
    name: string,
    body: InstanceTypeChange,
    version: number
  ): Promise<InstanceType> {
    const path = pathOf('instance-types', name);
    return this.rest.json<InstanceType>('PATCH', path, { body, version });
  }

  async deleteInstanceType(name: string, version: number): Promise<void> {
    await this.rest.send('DELETE', pathOf('instance-types', name), { version });
  }

  async pullSecrets(signal?: AbortSignal): Promise<PullSecretInfo[]> {
    const request = { query: ALL, signal };
    return (
      await this.rest.json<PullSecretList>('GET', 'pull-secrets', request)
    ).items;
  }

  createPullSecret(body: NewPullSecret): Promise<PullSecretInfo> {
    return this.rest.json<PullSecretInfo>('POST', 'pull-secrets', { body });
  }

  updatePullSecret(
    name: string,
    body: PullSecretChange,
    version: number
  ): Promise<PullSecretInfo> {
    const path = pathOf('pull-secrets', name);
    return this.rest.json<PullSecretInfo>('PATCH', path, { body, version });
  }

  async deletePullSecret(name: string, version: number): Promise<void> {
    await this.rest.send('DELETE', pathOf('pull-secrets', name), { version });
  }

  /** One page of the audit log, newest first. */
  audit(
    query: IAuditQuery,
    limit: number,
    continueToken: string | null = null,
    signal?: AbortSignal
  ): Promise<AuditList> {
    return this.rest.json<AuditList>('GET', 'audit', {
      query: {
        ...query,
        limit: String(limit),
        continue: continueToken ?? undefined
      },
      signal
    });
  }

  /** All lines of the audit log that match, as a CSV file. */
  async auditFile(query: IAuditQuery): Promise<Blob> {
    const accept = 'text/csv';
    const response = await this.rest.send('GET', 'audit', {
      query: { ...query },
      accept
    });
    return response.blob();
  }

  /** What all deployments really use now. */
  async measurements(signal?: AbortSignal): Promise<Measurement[]> {
    const request = { query: ALL, signal };
    return (
      await this.rest.json<MeasurementList>('GET', 'measurements', request)
    ).items;
  }

  /** What all deployments answered in the last 15 minutes. */
  async traffic(signal?: AbortSignal): Promise<MetricsSummary[]> {
    const request = { query: ALL, signal };
    const path = 'metrics/summary';
    return (await this.rest.json<MetricsSummaryList>('GET', path, request))
      .items;
  }

  /** What each group used in each month. */
  async usage(signal?: AbortSignal): Promise<UsageLine[]> {
    return (await this.rest.json<UsageReport>('GET', 'usage', { signal }))
      .items;
  }

  /** The same of one month as a CSV file; of all when it is empty. */
  async usageFile(month: string): Promise<Blob> {
    const request = {
      query: { month: month || undefined },
      accept: 'text/csv'
    };
    return (await this.rest.send('GET', 'usage', request)).blob();
  }
}

function pathOf(collection: string, name: string): string {
  return `${collection}/${encodeURIComponent(name)}`;
}
