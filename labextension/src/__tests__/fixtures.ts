import { nullTranslator } from '@jupyterlab/translation';

import type { AdministrationClient } from '../api/administration';
import type { IDeploymentClient, IDeploymentSnapshot } from '../api/client';
import type { DeploymentsClient } from '../api/deployments';
import type { ModelsClient } from '../api/models';
import type {
  AuditEntry,
  Change,
  Deployment,
  DriftAnswer,
  Group,
  Health,
  InstanceType,
  Me,
  Metrics,
  MetricsSummary,
  PullSecretInfo
} from '../api/contract';
import { ApiError } from '../api/errors';
import { detailsOver } from '../model/details';
import { Drafts } from '../model/drafts';
import { Preferences } from '../model/preferences';
import { queryOfPlace } from '../model/link';
import { Resource } from '../model/resource';
import { shelvesIn } from '../model/savedRequests';
import { DeploymentStore } from '../model/store';
import { trafficOver } from '../model/traffic';
import type { IDeployments } from '../tokens';

export const GIB = 2 ** 30;

/** A deployment that serves; `changes` says what is different, `status` what of its status. */
export function deployment(
  changes: Partial<Omit<Deployment, 'status'>> & {
    status?: Partial<Deployment['status']>;
  } = {}
): Deployment {
  const id = changes.id ?? 'iris';
  return {
    id,
    name: 'Iris classifier',
    group: 'research',
    engine: 'local',
    spec: {
      model: {
        image: '',
        artifact: '0'.repeat(64),
        size: 1,
        interpreter: '/usr/bin/python3'
      },
      pull_secret: '',
      replicas: 1,
      stopped: false,
      instance_type: 'small',
      resources: { cpu: 1, memory: GIB, gpu: 0 }
    } as Deployment['spec'],
    usage: { cpu: 1, memory: GIB, gpu: 0, deployments: 1 },
    revision: 1,
    serving_revision: 1,
    endpoint: `http://127.0.0.1:8123/deployment/${id}/`,
    created_at: '2026-11-20T08:00:00Z',
    created_by: 'ada',
    updated_at: '2026-11-20T09:00:00Z',
    updated_by: 'grace',
    managed_by: '',
    resource_version: 1,
    ...changes,
    status: {
      phase: 'Deployed',
      reason: 'Ready',
      message: '',
      replicas: { desired: 1, ready: 1 },
      since: '2026-11-20T09:00:00Z',
      step: null,
      step_since: null,
      update: null,
      ...changes.status
    }
  };
}

/** What was measured of a deployment over time: nothing in two steps, but what is said. */
export const measured = (changes: Partial<Metrics> = {}): Metrics => ({
  id: 'iris',
  range: '15m',
  step: 5,
  source: 'engine',
  since: '2026-11-20T10:59:50Z',
  until: '2026-11-20T11:00:00Z',
  times: [1_795_258_795, 1_795_258_800],
  measured_since: null,
  note: '',
  requests_ever: 0,
  totals: {
    requests: 0,
    success: null,
    client_errors: 0,
    server_errors: 0,
    aborted: 0,
    feedback: 0,
    reward: null,
    latency: {},
    codes: {}
  },
  qps: [0, 0],
  success: [null, null],
  client_errors: [0, 0],
  server_errors: [0, 0],
  latency: [],
  predict_qps: [],
  model_latency: [],
  batch_size: [],
  reward: [],
  in_flight: [0, 0],
  bytes_in: [0, 0],
  bytes_out: [0, 0],
  cpu: [],
  memory: [],
  ready: [1, 1],
  marks: [],
  not_measured: [],
  ...changes
});

/** What was measured of a deployment; nothing happened but what is said. */
export const summary = (
  changes: Partial<MetricsSummary> = {}
): MetricsSummary => ({
  id: 'iris',
  qps: 0,
  success: null,
  requests: 0,
  client_errors: 0,
  server_errors: 0,
  latency_p95: null,
  sparkline: [0, 0, 0],
  errors: [0, 0, 0],
  alerts: [],
  ...changes
});

/** A stream of changes that the test writes to. */
export class ScriptedStream implements AsyncIterable<Change[]> {
  constructor(
    readonly resourceVersion: number,
    readonly signal: AbortSignal
  ) {
    signal.addEventListener('abort', () => this.fail(new Error('aborted')));
  }

  send(...changes: Change[]): void {
    this.steps.push(() => changes);
    this.wake();
  }

  fail(error: Error): void {
    this.steps.push(() => {
      throw error;
    });
    this.wake();
  }

  end(): void {
    this.steps.push(() => null);
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Change[]> {
    for (;;) {
      while (this.steps.length === 0) {
        await new Promise<void>(resolve => (this.wake = resolve));
      }
      const changes = this.steps.shift()!();
      if (changes === null) {
        return;
      }
      yield changes;
    }
  }

  private readonly steps: (() => Change[] | null)[] = [];
  private wake: () => void = () => undefined;
}

/** A server whose every answer the test decides. */
export class ScriptedClient implements IDeploymentClient {
  version = '0.1.7';
  snapshot: IDeploymentSnapshot = { items: [], resourceVersion: 1 };
  /** Thrown by every call while set. */
  down: Error | null = null;
  lists = 0;
  readonly streams: ScriptedStream[] = [];

  get stream(): ScriptedStream {
    return this.streams[this.streams.length - 1]!;
  }

  async health(): Promise<Health> {
    this.answer();
    return {
      version: this.version,
      engine: 'local',
      status: 'ok',
      message: '',
      gateway: null,
      details: {}
    };
  }

  async list(): Promise<IDeploymentSnapshot> {
    this.lists += 1;
    this.answer();
    return this.snapshot;
  }

  async watch(
    resourceVersion: number,
    signal: AbortSignal
  ): Promise<ScriptedStream> {
    this.answer();
    const stream = new ScriptedStream(resourceVersion, signal);
    this.streams.push(stream);
    return stream;
  }

  private answer(): void {
    if (this.down) {
      throw this.down;
    }
  }
}

/** One line of the watch. */
export const line = (
  type: Change['type'],
  resource_version: number,
  more: Partial<Change> = {}
): Change => ({ type, resource_version, object: null, error: null, ...more });

export const bookmark = (resource_version: number): Change =>
  line('BOOKMARK', resource_version);

export const changed = (
  object: Deployment,
  type: 'ADDED' | 'MODIFIED' | 'DELETED' = 'MODIFIED'
): Change => line(type, object.resource_version, { object });

/** An error as our handlers send it. */
export const apiError = (
  status: number,
  code: string,
  message: string,
  more: Partial<ApiError['body']> = {}
): ApiError =>
  new ApiError(status, { code, message, fields: [], details: {}, ...more });

export function group(changes: Partial<Group> = {}): Group {
  const name = changes.name ?? 'research';
  return {
    name,
    display_name: name,
    enabled: true,
    role: 'member',
    quota: { cpu: 4, memory: 8 * GIB, gpu: null, deployments: 10 },
    usage: { cpu: 1, memory: GIB, gpu: 0, deployments: 1 },
    instance_types: ['small'],
    pull_secrets: [],
    members: ['ada', 'grace'],
    admins: ['grace'],
    deleted: false,
    version: 1,
    ...changes
  };
}

export function me(changes: Partial<Me> = {}): Me {
  return {
    user: 'ada',
    admin: false,
    groups: [group()],
    can_write: true,
    provider: {
      name: 'stored',
      settings_writable: true,
      members_writable: true,
      warning: '',
      as_of: null,
      until: null
    },
    engine: {
      name: 'local',
      images: false,
      private: true,
      trials: true,
      metrics: true,
      runner_image: ''
    },
    ...changes
  };
}

export const admin = (changes: Partial<Me> = {}): Me =>
  me({ admin: true, ...changes });

export const instanceType = (
  changes: Partial<InstanceType> = {}
): InstanceType => ({
  name: 'small',
  display_name: '',
  description: '',
  cpu: 1,
  memory: GIB,
  gpu: 0,
  scheduling: null,
  groups: null,
  version: 1,
  ...changes
});

export const pullSecret = (
  changes: Partial<PullSecretInfo> = {}
): PullSecretInfo => ({
  name: 'hub',
  registry: 'registry.example.com',
  username: 'robot',
  groups: null,
  version: 1,
  ...changes
});

export const auditEntry = (changes: Partial<AuditEntry> = {}): AuditEntry => ({
  number: 1,
  time: '2026-11-20T11:00:00Z',
  user: 'ada',
  address: '10.0.0.7',
  via: 'browser',
  action: 'stopDeployment',
  target: 'iris',
  group: 'research',
  outcome: 'allowed',
  status: 200,
  message: '',
  ...changes
});

/** What a test of the administration answers with: each method is a mock. */
export type ScriptedAdministration = {
  [Method in keyof AdministrationClient]: jest.Mock;
};

export function scriptedAdministration(): ScriptedAdministration {
  const nothing = () => jest.fn(async () => undefined);
  const empty = () => jest.fn(async () => []);
  return {
    groups: empty(),
    group: nothing(),
    createGroup: nothing(),
    updateGroup: nothing(),
    deleteGroup: nothing(),
    instanceTypes: empty(),
    createInstanceType: nothing(),
    updateInstanceType: nothing(),
    deleteInstanceType: nothing(),
    pullSecrets: empty(),
    createPullSecret: nothing(),
    updatePullSecret: nothing(),
    deletePullSecret: nothing(),
    audit: jest.fn(async () => ({ items: [], total: 0, continue_token: null })),
    auditFile: nothing(),
    measurements: empty(),
    traffic: empty(),
    usage: empty(),
    usageFile: nothing()
  };
}

/** What a test of single deployments answers with: each method is a mock. */
export type ScriptedDeployments = {
  [Method in keyof DeploymentsClient]: jest.Mock;
};

export function scriptedDeployments(): ScriptedDeployments {
  const nothing = () => jest.fn(async () => undefined);
  const empty = () => jest.fn(async () => []);
  return {
    create: nothing(),
    tryCreate: nothing(),
    update: nothing(),
    tryUpdate: nothing(),
    get: nothing(),
    stop: nothing(),
    start: nothing(),
    restart: nothing(),
    scale: nothing(),
    rollback: nothing(),
    delete: nothing(),
    restartReplica: nothing(),
    health: jest.fn(async () => new ScriptedClient().health()),
    revisions: empty(),
    replicas: empty(),
    events: empty(),
    clients: empty(),
    addClient: nothing(),
    removeClient: nothing(),
    predict: nothing(),
    tryRevision: nothing(),
    logs: jest.fn(async () => (async function* () {})()),
    logFile: nothing(),
    metrics: jest.fn(async (id: string) => measured({ id })),
    metricsFile: nothing(),
    metricsSummary: empty(),
    alerts: jest.fn(async () => ({
      rules: [],
      states: [],
      webhook: '',
      delivery: '',
      editable: true
    })),
    setAlerts: nothing()
  };
}

/** What a test of forms answers with: each method is a mock. */
export type ScriptedModels = { [Method in keyof ModelsClient]: jest.Mock };

export function scriptedModels(): ScriptedModels {
  return {
    stored: jest.fn(async () => ({ items: [], total: 0 })),
    forget: jest.fn(async () => undefined),
    checkId: jest.fn(async (id: string) => ({
      id,
      available: true,
      message: ''
    })),
    proposeId: jest.fn(async (name: string) => ({
      id: `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-x3k9q`,
      available: true,
      message: ''
    })),
    drift: jest.fn(async (): Promise<DriftAnswer> => ({
      image: 'reg.test/runner:2',
      known: false,
      unknown: [],
      items: []
    })),
    instanceTypes: jest.fn(async () => [instanceType()]),
    interpreters: jest.fn(async () => [
      { kernel: '', display_name: '', path: '/usr/bin/python3' },
      { kernel: 'py12', display_name: 'Python 3.12', path: '/opt/py12' }
    ]),
    pack: jest.fn(async () => deployment().spec.model)
  };
}

export interface IScriptedSession extends IDeployments {
  readonly scripted: ScriptedAdministration;
  /** The REST API of single deployments: each method is a mock. */
  readonly rest: ScriptedDeployments;
  /** What forms choose from: each method is a mock. */
  readonly choices: ScriptedModels;
  readonly report: jest.Mock;
  readonly copy: jest.Mock;
  readonly tell: jest.Mock;
  readonly openTab: jest.Mock;
  readonly follow: jest.Mock;
  readonly openPanel: jest.Mock;
  readonly insertCell: jest.Mock;
  readonly chooseFile: jest.Mock;
}

/** All that a screen needs, with answers that the test decides. */
export function session({
  client = new ScriptedClient(),
  everybodys = client,
  who = me()
}: {
  /** The deployments of the caller's groups, and of all groups. */
  client?: ScriptedClient;
  everybodys?: ScriptedClient;
  who?: Me | (() => Promise<Me>);
} = {}): IScriptedSession {
  const scripted = scriptedAdministration();
  const rest = scriptedDeployments();
  const choices = scriptedModels();
  const administration = scripted as unknown as AdministrationClient;
  return {
    store: new DeploymentStore(client),
    me: new Resource(typeof who === 'function' ? who : async () => who, 30_000),
    summary: trafficOver(rest.metricsSummary),
    client: rest as unknown as DeploymentsClient,
    details: detailsOver(rest as unknown as DeploymentsClient),
    rest,
    models: choices as unknown as ModelsClient,
    choices,
    administration: {
      client: administration,
      deployments: new DeploymentStore(everybodys),
      groups: new Resource(() => administration.groups('all'), 15_000),
      instanceTypes: new Resource(() => administration.instanceTypes(), 30_000),
      pullSecrets: new Resource(() => administration.pullSecrets(), 30_000),
      measurements: new Resource(() => administration.measurements(), 5_000),
      traffic: trafficOver(scripted.traffic),
      usage: new Resource(() => administration.usage(), 60_000)
    },
    translator: nullTranslator,
    copy: jest.fn(),
    tell: jest.fn(),
    report: jest.fn(),
    openTab: jest.fn(),
    drafts: new Drafts(),
    follow: jest.fn(),
    follows: () => false,
    openPanel: jest.fn(),
    linkTo: place => `http://localhost/lab?${queryOfPlace(place)}`,
    insertCell: jest.fn(() => 'inserted'),
    chooseFile: jest.fn(async () => null),
    requests: shelvesIn(),
    preferences: new Preferences(),
    scripted
  };
}
