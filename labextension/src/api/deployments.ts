import type {
  AlertSettings,
  Alerts,
  Client,
  ClientList,
  ClientToken,
  Deployment,
  DeploymentChange,
  DryRun,
  DeploymentEvent,
  EventList,
  Health,
  LogEntry,
  Metrics,
  MetricsRange,
  MetricsSummary,
  MetricsSummaryList,
  NewClient,
  NewDeployment,
  Prediction,
  Replica,
  ReplicaList,
  Revision,
  RevisionList,
  Trial
} from './contract';
import { ConnectionLost } from './errors';
import { readJsonLines } from './ndjson';
import type { IRequest, RestClient } from './rest';

/** Which log lines; what is left out doesn't matter. */
export interface ILogQuery {
  /** Name of a replica; all, merged by time, when left out. */
  replica?: string;
  /** Number of an attempt, or `previous`; all that are kept when left out. */
  attempt?: string;
  /** Only the last lines of what exists already. */
  tail?: number;
  /** Only lines at or after this time (ISO 8601). */
  since?: string;
  /** Only lines at or before this time (ISO 8601). */
  until?: string;
  /** Positions (`1-0.1:5120,1-1.2:0`): of these attempts only what comes behind; `since` is for the others. */
  after?: string;
  /** Positions: of these attempts only what comes in front; `until` is for the others. */
  before?: string;
  /** Go on with new lines. */
  follow?: boolean;
  /** While following, be told now and then that nothing is missing. */
  beats?: boolean;
  /** Of a file: every line with its time in front. */
  timestamps?: boolean;
}

/** What a change is tied to: the revision that the caller saw. When it is another one now, nothing changes (409). */
export interface IWish {
  version?: number;
  message?: string;
}

/** One deployment and all that belongs to it, over the REST API. */
export class DeploymentsClient {
  constructor(private readonly rest: RestClient) {}

  create(body: NewDeployment): Promise<Deployment> {
    return this.rest.json<Deployment>('POST', 'deployments', { body });
  }

  /** Check everything that `create` checks and change nothing; with `trial`, load the model for a moment too. */
  tryCreate(
    body: NewDeployment,
    trial: boolean,
    signal?: AbortSignal
  ): Promise<DryRun> {
    const query = { dry_run: '1', try: trial ? '1' : undefined };
    return this.rest.json<DryRun>('POST', 'deployments', {
      body,
      query,
      signal
    });
  }

  update(
    id: string,
    body: DeploymentChange,
    version?: number
  ): Promise<Deployment> {
    return this.rest.json<Deployment>('PATCH', pathOf(id), { body, version });
  }

  /** Check everything that `update` checks and change nothing; with `trial`, load the model for a moment too. */
  tryUpdate(
    id: string,
    body: DeploymentChange,
    trial: boolean,
    version?: number,
    signal?: AbortSignal
  ): Promise<DryRun> {
    const query = { dry_run: '1', try: trial ? '1' : undefined };
    const request = { body, query, version, signal };
    return this.rest.json<DryRun>('PATCH', pathOf(id), request);
  }

  get(id: string, signal?: AbortSignal): Promise<Deployment> {
    return this.rest.json<Deployment>('GET', pathOf(id), { signal });
  }

  stop(id: string, wish?: IWish): Promise<Deployment> {
    return this.act(id, 'stop', {}, wish);
  }

  start(id: string, wish?: IWish): Promise<Deployment> {
    return this.act(id, 'start', {}, wish);
  }

  restart(id: string, wish?: IWish): Promise<Deployment> {
    return this.act(id, 'restart', {}, wish);
  }

  scale(id: string, replicas: number, wish?: IWish): Promise<Deployment> {
    return this.act(id, 'scale', { replicas }, wish);
  }

  rollback(id: string, revision: number, wish?: IWish): Promise<Deployment> {
    return this.act(id, 'rollback', { revision }, wish);
  }

  async delete(id: string, { version }: IWish = {}): Promise<void> {
    await this.rest.send('DELETE', pathOf(id), { version });
  }

  /** Replace one replica by a fresh one; `kill` ends it at once, whatever it does. */
  async restartReplica(
    id: string,
    replica: string,
    kill = false
  ): Promise<void> {
    const path = `${pathOf(id, 'replicas', replica)}:restart`;
    await this.rest.send('POST', path, {
      body: {},
      query: { kill: kill ? '1' : undefined }
    });
  }

  /** State of the engine that all deployments run on. */
  health(signal?: AbortSignal): Promise<Health> {
    return this.rest.json<Health>('GET', 'health', { signal });
  }

  async revisions(id: string, signal?: AbortSignal): Promise<Revision[]> {
    const path = pathOf(id, 'revisions');
    return (await this.rest.json<RevisionList>('GET', path, { signal })).items;
  }

  async replicas(id: string, signal?: AbortSignal): Promise<Replica[]> {
    const path = pathOf(id, 'replicas');
    return (await this.rest.json<ReplicaList>('GET', path, { signal })).items;
  }

  async events(id: string, signal?: AbortSignal): Promise<DeploymentEvent[]> {
    const path = pathOf(id, 'events');
    return (await this.rest.json<EventList>('GET', path, { signal })).items;
  }

  async clients(id: string, signal?: AbortSignal): Promise<Client[]> {
    const path = pathOf(id, 'clients');
    return (await this.rest.json<ClientList>('GET', path, { signal })).items;
  }

  /** Let somebody call a private endpoint; the token is in this answer and nowhere else. */
  addClient(id: string, body: NewClient): Promise<ClientToken> {
    return this.rest.json<ClientToken>('POST', pathOf(id, 'clients'), { body });
  }

  async removeClient(id: string, name: string): Promise<void> {
    await this.rest.send('DELETE', pathOf(id, 'clients', name));
  }

  /**
   * One request to the endpoint, made by the server: it reaches private endpoints too.
   *
   * @param path - Below the endpoint; its OIP v2 infer route when left out.
   */
  predict(
    id: string,
    body: unknown,
    path?: string,
    signal?: AbortSignal
  ): Promise<Prediction> {
    const request = { body, query: { path }, signal };
    return this.rest.json<Prediction>('POST', `${pathOf(id)}:predict`, request);
  }

  /** Ask the model of any revision, loaded for a moment (an OIP v2 inference request). */
  tryRevision(
    id: string,
    revision: number,
    body: unknown,
    signal?: AbortSignal
  ): Promise<Trial> {
    const path = `${pathOf(id, 'revisions', String(revision))}:try`;
    return this.rest.json<Trial>('POST', path, { body, signal });
  }

  /** Log lines in order of time; each step of the iteration is what came in one network chunk. */
  async logs(
    id: string,
    query: ILogQuery,
    signal: AbortSignal
  ): Promise<AsyncIterable<LogEntry[]>> {
    const request = { query: logParameters(query), signal };
    const response = await this.rest.send('GET', pathOf(id, 'logs'), request);
    if (response.body === null) {
      throw new ConnectionLost('the server sent no stream');
    }
    return readJsonLines<LogEntry>(response.body);
  }

  /** The whole log as a text file. */
  async logFile(id: string, query: ILogQuery): Promise<Blob> {
    const request = { query: logParameters(query), accept: 'text/plain' };
    const response = await this.rest.send('GET', pathOf(id, 'logs'), request);
    return response.blob();
  }

  /** What was measured of a deployment, ending now. */
  metrics(
    id: string,
    range: MetricsRange,
    signal?: AbortSignal
  ): Promise<Metrics> {
    const request = { query: { range }, signal };
    return this.rest.json<Metrics>('GET', pathOf(id, 'metrics'), request);
  }

  /** The same as a CSV file. */
  async metricsFile(id: string, range: MetricsRange): Promise<Blob> {
    const request = { query: { range }, accept: 'text/csv' };
    const path = pathOf(id, 'metrics');
    return (await this.rest.send('GET', path, request)).blob();
  }

  /** The last 15 minutes of all of the caller's deployments. */
  async metricsSummary(signal?: AbortSignal): Promise<MetricsSummary[]> {
    const path = 'metrics/summary';
    return (await this.rest.json<MetricsSummaryList>('GET', path, { signal }))
      .items;
  }

  /** The alert rules of a deployment, and how they stand. */
  alerts(id: string, signal?: AbortSignal): Promise<Alerts> {
    return this.rest.json<Alerts>('GET', pathOf(id, 'alerts'), { signal });
  }

  /** Replace all rules. A webhook that is sent as it was shown stays. */
  setAlerts(
    id: string,
    body: AlertSettings,
    version?: number
  ): Promise<Alerts> {
    const path = pathOf(id, 'alerts');
    return this.rest.json<Alerts>('PUT', path, { body, version });
  }

  private act(
    id: string,
    action: string,
    body: object,
    { version, message }: IWish = {}
  ): Promise<Deployment> {
    return this.rest.json<Deployment>('POST', `${pathOf(id)}:${action}`, {
      body: message ? { ...body, update_message: message } : body,
      version
    });
  }
}

function pathOf(id: string, ...more: string[]): string {
  return ['deployments', ...[id, ...more].map(encodeURIComponent)].join('/');
}

function logParameters(query: ILogQuery): IRequest['query'] {
  const { tail, follow, beats, timestamps, ...others } = query;
  const flag = (value?: boolean) => (value ? '1' : undefined);
  return {
    ...others,
    tail: tail === undefined ? undefined : String(tail),
    follow: flag(follow),
    beats: flag(beats),
    timestamps: flag(timestamps)
  };
}
