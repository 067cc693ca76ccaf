import type { ErrorBody, LogBeat, LogEntry, LogLine } from '../api/contract';
import type { ILogQuery } from '../api/deployments';
import { ApiError, ConnectionLost } from '../api/errors';
import { Pause, TIMING, backOff } from '../model/timing';

/** Without a line or a beat for so long a stream counts as dead; the server beats every 5 s (ms). */
const SILENCE = 15_000;

/**
 * `loading`: what exists is on its way. `live`: new lines come as they are printed. `lost`: the connection is, and it is
 * tried again at `retryAt`. `refused`: only a person can help. `resting`: nobody looks.
 */
export type Following = 'loading' | 'live' | 'lost' | 'refused' | 'resting';

export interface IFollowState {
  readonly following: Following;
  /** What went wrong last; null when nothing did. */
  readonly problem: Error | null;
  readonly retryAt: number | null;
  /** When the connection was lost (ms since the epoch). */
  readonly lostAt: number | null;
  /** Whether all that existed has come: from then on, nothing there is nothing printed. */
  readonly complete: boolean;
}

export type OpenLog = (
  query: ILogQuery,
  signal: AbortSignal
) => Promise<AsyncIterable<LogEntry[]>>;

export interface IFollowerTiming {
  silence: number;
  retry: { first: number; longest: number };
}

/**
 * Owns the stream of one log: opens it, takes it up again behind the last line when it breaks or goes silent.
 *
 * @param query - What to ask for now: the beginning, or what comes behind all that was seen.
 * @param onLines - New lines, as they come.
 */
export class Follower {
  constructor(
    private readonly open: OpenLog,
    private readonly query: () => ILogQuery,
    private readonly onLines: (lines: LogLine[]) => void,
    private readonly onState: (state: IFollowState) => void,
    private readonly timing: IFollowerTiming = {
      silence: SILENCE,
      retry: { first: 500, longest: TIMING.retry.longest }
    }
  ) {}

  get state(): IFollowState {
    return this.current;
  }

  /** The server's clock minus ours (ms). */
  get clockOffset(): number {
    return this.offset ?? 0;
  }

  start(): void {
    if (this.running === null) {
      this.running = new AbortController();
      void this.run(this.running.signal);
    }
  }

  stop(): void {
    if (this.running !== null) {
      this.running.abort();
      this.running = null;
      this.change({ following: 'resting' });
    }
  }

  /** Try again now. */
  readonly wake = (): void => this.pause.wake();

  private async run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    this.change({ following: this.current.complete ? 'live' : 'loading' });
    while (!signal.aborted) {
      try {
        const entries = await this.follow(signal);
        failures = entries > 0 ? 0 : failures;
        throw new ConnectionLost('the log ended');
      } catch (error) {
        if (signal.aborted) {
          return;
        }
        failures = this.heard ? 1 : failures + 1;
        const refused = error instanceof ApiError && error.status < 500;
        const wait = refused
          ? TIMING.blocked
          : backOff(failures, this.timing.retry);
        this.change({
          following: refused ? 'refused' : 'lost',
          problem: error instanceof Error ? error : new Error(String(error)),
          retryAt: Date.now() + wait,
          lostAt: this.current.lostAt ?? Date.now()
        });
        await this.pause.wait(wait, signal);
      }
    }
  }

  /** One stream, to its end; tells how much came. */
  private async follow(signal: AbortSignal): Promise<number> {
    const attempt = new AbortController();
    const end = () => attempt.abort();
    signal.addEventListener('abort', end);
    let silence = setTimeout(end, this.timing.silence);
    let entries = 0;
    this.heard = false;
    try {
      const stream = await this.open(this.query(), attempt.signal);
      for await (const chunk of stream) {
        clearTimeout(silence);
        silence = setTimeout(end, this.timing.silence);
        entries += chunk.length;
        this.take(chunk);
      }
      return entries;
    } catch (error) {
      if (attempt.signal.aborted && !signal.aborted) {
        throw new ConnectionLost('the log went silent');
      }
      throw error;
    } finally {
      clearTimeout(silence);
      signal.removeEventListener('abort', end);
      attempt.abort();
    }
  }

  private take(chunk: LogEntry[]): void {
    const lines: LogLine[] = [];
    let complete = this.current.complete;
    for (const entry of chunk) {
      if (isBeat(entry)) {
        complete = true;
        const offset = Date.parse(entry.beat) - Date.now();
        // The quickest of them tells best.
        this.offset = Math.max(this.offset ?? -Infinity, offset);
      } else if (isLine(entry)) {
        lines.push(entry);
      } else {
        // Sent instead of a status, which was sent long ago.
        this.onLines(lines);
        throw new ApiError(500, entry);
      }
    }
    this.heard = true;
    if (lines.length > 0) {
      this.onLines(lines);
    }
    this.change({
      following: complete ? 'live' : 'loading',
      complete,
      problem: null,
      retryAt: null,
      lostAt: null
    });
  }

  private change(change: Partial<IFollowState>): void {
    const next = { ...this.current, ...change };
    const keys = Object.keys(next) as (keyof IFollowState)[];
    if (keys.some(key => next[key] !== this.current[key])) {
      this.current = next;
      this.onState(next);
    }
  }

  private current: IFollowState = {
    following: 'resting',
    problem: null,
    retryAt: null,
    lostAt: null,
    complete: false
  };
  private heard = false;
  private offset: number | null = null;
  private running: AbortController | null = null;
  private readonly pause = new Pause();
}

const isBeat = (entry: LogEntry): entry is LogBeat => 'beat' in entry;

const isLine = (entry: LogLine | ErrorBody): entry is LogLine =>
  'text' in entry;
