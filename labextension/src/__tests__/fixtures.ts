import type { IDeploymentClient, IDeploymentSnapshot } from '../api/client';
import type { Change, Deployment, Health } from '../api/contract';
import { ApiError } from '../api/errors';

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
        artifact: '0'.repeat(64),
        size: 1,
        interpreter: '/usr/bin/python3'
      },
      replicas: 1
    } as Deployment['spec'],
    revision: 1,
    serving_revision: 1,
    endpoint: `http://127.0.0.1:8123/deployment/${id}/`,
    created_at: '2026-11-20T08:00:00Z',
    created_by: 'ada',
    updated_at: '2026-11-20T09:00:00Z',
    updated_by: 'grace',
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
  message: string
): ApiError => new ApiError(status, { code, message, fields: [], details: {} });
