import type { IDeploymentClient } from '../api/client';
import type { Change, Deployment, Health } from '../api/contract';
import {
  ApiError,
  ConnectionLost,
  ExtensionMissing,
  VersionMismatch
} from '../api/errors';
import { VERSION, compatible } from '../version';
import { DeploymentCollection } from './collection';
import { ITiming, Pause, TIMING, backOff } from './timing';

/**
 * How far what is shown can be trusted.
 *
 * `loading`: nothing came yet. `live`: changes arrive as they happen. `stale`: the connection is lost, that
 * of this page or that of the engine to its cluster; what is shown was true at `syncedAt`. The others need a person: `missing` (no server extension),
 * `mismatch` (of another release series), `unauthorized` (login ended, or not allowed).
 */
export type Connection =
  'loading' | 'live' | 'stale' | 'missing' | 'mismatch' | 'unauthorized';

export interface IDeploymentsState {
  readonly connection: Connection;
  readonly deployments: readonly Deployment[];
  /** When the server last confirmed what is shown (ms since the epoch). */
  readonly syncedAt: number | null;
  /** What went wrong last, in the server's words; empty when nothing did. */
  readonly problem: string;
  readonly serverVersion: string | null;
  /** The server is there, and has lost the cluster. */
  readonly clusterAway: boolean;
  /** What the engine may not do for the caller, as it was when the list was loaded last. */
  readonly lacking: readonly ILacking[];
  readonly refreshing: boolean;
}

/** Rights that a cluster doesn't give, and what an administrator of it applies to give them. */
export interface ILacking {
  readonly namespace: string;
  readonly message: string;
  readonly yaml: string;
}

/**
 * All deployments, kept up to date for everything in this browser tab that shows them.
 *
 * One snapshot, then one stream of changes, whatever the number of views; a slow poll as the safety net.
 * The stream runs while somebody is subscribed and the page can be seen, and ends
 * `linger` ms after that is no longer so; nothing is asked of the server then.
 */
export class DeploymentStore {
  constructor(
    private readonly client: IDeploymentClient,
    private readonly timing: ITiming = TIMING
  ) {
    this.poll = timing.poll;
  }

  /** The state now; the same object until something changes. */
  readonly getState = (): IDeploymentsState => this.state;

  /** Be told of every change, and keep the stream going, until the returned function is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    if (this.listeners.size === 0) {
      document.addEventListener('visibilitychange', this.reconsider);
    }
    this.listeners.add(listener);
    this.reconsider();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) {
        document.removeEventListener('visibilitychange', this.reconsider);
      }
      this.reconsider();
    };
  };

  /** Be told of every change that comes while somebody keeps the stream going. */
  readonly observe = (listener: () => void): (() => void) => {
    this.observers.add(listener);
    return () => this.observers.delete(listener);
  };

  /** Fetch a snapshot every so many milliseconds from now on. */
  readonly setPoll = (poll: number): void => {
    if (poll !== this.poll) {
      this.poll = poll;
      this.restartPoll?.();
    }
  };

  /** Fetch a snapshot now, and reconnect now when the connection is lost. */
  readonly refresh = async (): Promise<void> => {
    this.update({ refreshing: true });
    try {
      await this.load(new AbortController().signal);
    } catch (error) {
      this.fail(error);
    } finally {
      this.update({ refreshing: false });
      this.pause.wake();
    }
  };

  /** Start or end the stream, by whether anybody can see it. */
  private readonly reconsider = (): void => {
    const wanted = this.listeners.size > 0 && !document.hidden;
    clearTimeout(this.ending);
    if (wanted && this.running === null) {
      this.running = new AbortController();
      void this.run(this.running.signal);
    } else if (!wanted && this.running !== null) {
      const running = this.running;
      this.ending = setTimeout(() => {
        running.abort();
        this.running = null;
      }, this.timing.linger);
    }
  };

  private async run(signal: AbortSignal): Promise<void> {
    this.failures = 0;
    while (!signal.aborted) {
      let blocked = false;
      try {
        await this.connect(signal);
      } catch (error) {
        if (signal.aborted) {
          return;
        }
        this.failures += 1;
        blocked = this.fail(error);
      }
      await this.pause.wait(
        blocked
          ? this.timing.blocked
          : backOff(this.failures, this.timing.retry),
        signal
      );
    }
  }

  /** Load what is needed and follow changes, until the stream ends. */
  private async connect(signal: AbortSignal): Promise<void> {
    // A stream that keeps failing may be held up on the way (a buffering proxy): fall back on snapshots.
    if (this.collection.resourceVersion === null || this.failures > 1) {
      await this.load(signal);
    } else {
      await this.greet(signal);
    }
    let polling: ReturnType<typeof setInterval> | undefined;
    this.restartPoll = () => {
      clearInterval(polling);
      polling = setInterval(() => {
        // The stream, which lingers where nobody looks, tells about a lost connection, and earlier.
        if (!document.hidden) {
          this.load(signal).catch(() => undefined);
        }
      }, this.poll);
    };
    this.restartPoll();
    try {
      await this.follow(signal);
    } finally {
      clearInterval(polling);
      this.restartPoll = null;
      this.collection.interrupted();
    }
  }

  /** Make sure that the server is there and speaks our API. */
  private async greet(signal: AbortSignal): Promise<void> {
    const health = await this.client.health(signal);
    const { version } = health;
    this.update({
      serverVersion: version,
      lacking: lackingOf(health, this.state.lacking)
    });
    if (!compatible(VERSION, version)) {
      throw new VersionMismatch(version);
    }
  }

  private async load(signal: AbortSignal): Promise<void> {
    await this.greet(signal);
    const snapshot = await this.client.list(signal);
    if (signal.aborted) {
      return;
    }
    this.collection.replace(snapshot);
    this.confirm();
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const attempt = new AbortController();
    const end = () => attempt.abort();
    signal.addEventListener('abort', end);
    let heartbeat = setTimeout(end, this.timing.heartbeat);
    let lines = 0;
    try {
      const stream = await this.client.watch(
        this.collection.resourceVersion ?? 0,
        attempt.signal
      );
      this.confirm();
      for await (const changes of stream) {
        clearTimeout(heartbeat);
        heartbeat = setTimeout(end, this.timing.heartbeat);
        lines += changes.length;
        this.failures = 0;
        this.accept(changes);
      }
      if (lines === 0) {
        throw new ConnectionLost('the stream of changes ended at once');
      }
    } catch (error) {
      if (attempt.signal.aborted && !signal.aborted) {
        throw new ConnectionLost('the stream of changes went silent');
      }
      throw error;
    } finally {
      clearTimeout(heartbeat);
      signal.removeEventListener('abort', end);
      attempt.abort();
    }
  }

  private accept(changes: readonly Change[]): void {
    this.collection.apply(changes);
    for (const change of changes) {
      if (change.type === 'BOOKMARK') {
        this.trouble = troubleOf(change);
      }
    }
    this.confirm();
  }

  /** What is shown is true now. */
  private confirm(): void {
    const { trouble } = this;
    // The server is there; what it knows may be old all the same.
    this.syncedAt = trouble ? trouble.asOf : Date.now();
    this.update({
      connection: trouble ? 'stale' : 'live',
      deployments: this.collection.items,
      problem: trouble ? trouble.message : '',
      clusterAway: trouble !== null,
      ...(trouble && { syncedAt: trouble.asOf })
    });
  }

  /** Say what an error means for what is shown; tells whether only a person can help. */
  private fail(error: unknown): boolean {
    const problem = error instanceof Error ? error.message : String(error);
    const connection = meaning(error);
    this.update({
      connection,
      problem,
      clusterAway: false,
      syncedAt: this.syncedAt
    });
    return connection !== 'stale';
  }

  private update(change: Partial<IDeploymentsState>): void {
    const next = { ...this.state, ...change };
    const keys = Object.keys(next) as (keyof IDeploymentsState)[];
    if (keys.some(key => next[key] !== this.state[key])) {
      this.state = next;
      this.listeners.forEach(listener => listener());
      this.observers.forEach(listener => listener());
    }
  }

  private state: IDeploymentsState = {
    connection: 'loading',
    deployments: [],
    syncedAt: null,
    problem: '',
    serverVersion: null,
    clusterAway: false,
    lacking: [],
    refreshing: false
  };
  private trouble: ITrouble | null = null;
  private poll: number;
  private restartPoll: (() => void) | null = null;
  private readonly observers = new Set<() => void>();
  private syncedAt: number | null = null;
  private failures = 0;
  private running: AbortController | null = null;
  private ending: ReturnType<typeof setTimeout> | undefined;
  private readonly collection = new DeploymentCollection();
  private readonly listeners = new Set<() => void>();
  private readonly pause = new Pause();
}

/** What keeps the engine from knowing what is true now, and when it last knew (ms since the epoch). */
interface ITrouble {
  readonly message: string;
  readonly asOf: number;
}

function troubleOf({ error }: Change): ITrouble | null {
  const { message, as_of } = (error ?? {}) as Record<string, string>;
  return message && as_of ? { message, asOf: Date.parse(as_of) } : null;
}

/** The same list as before where nothing changed. */
function lackingOf(
  { details }: Partial<Health>,
  before: readonly ILacking[]
): readonly ILacking[] {
  const told = (details?.['lacking'] ?? []) as readonly ILacking[];
  return JSON.stringify(told) === JSON.stringify(before) ? before : told;
}

function meaning(error: unknown): Connection {
  if (error instanceof ExtensionMissing) {
    return 'missing';
  }
  if (error instanceof VersionMismatch) {
    return 'mismatch';
  }
  if (
    error instanceof ApiError &&
    (error.code === 'unauthenticated' || error.code === 'forbidden')
  ) {
    return 'unauthorized';
  }
  return 'stale';
}
