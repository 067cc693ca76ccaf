import { Pause, TIMING, backOff } from './timing';

export interface IResourceState<T> {
  /** The last value that came; null before the first. */
  readonly value: T | null;
  /** What went wrong last; null when nothing did. The value stays. */
  readonly problem: Error | null;
  readonly loading: boolean;
  /** When the server last confirmed the value (ms since the epoch). */
  readonly syncedAt: number | null;
}

/**
 * Something that the server knows and that nothing streams: fetched when somebody begins to look, and every
 * `interval` ms while somebody does and the page can be seen. All views of a tab share it.
 */
export class Resource<T> {
  /**
   * @param interval - In milliseconds; or what follows from the value how soon it will be another.
   * @param keep - The value to show of a new one and the one before: parts that are the same keep their identity.
   */
  constructor(
    private readonly load: (signal: AbortSignal) => Promise<T>,
    private readonly interval: number | ((value: T | null) => number),
    private readonly retry = TIMING.retry,
    private readonly keep: (value: T, before: T | null) => T = kept
  ) {}

  /** The state now; the same object until something changes. */
  readonly getState = (): IResourceState<T> => this.state;

  /** Be told of every change, and keep it up to date, until the returned function is called. */
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

  /** Fetch it now: what was asked for earlier may be older than what the caller just changed. */
  readonly refresh = async (): Promise<void> => {
    await this.fetch();
    // The next round counts from here.
    this.pause.wake();
  };

  private readonly reconsider = (): void => {
    const wanted = this.listeners.size > 0 && !document.hidden;
    if (wanted && this.running === null) {
      this.running = new AbortController();
      void this.run(this.running.signal);
    } else if (!wanted) {
      this.running?.abort();
      this.running = null;
    }
  };

  private async run(signal: AbortSignal): Promise<void> {
    // Whoever looks again soon finds what is there.
    let wait = Math.max(
      0,
      (this.state.syncedAt ?? 0) + this.period() - Date.now()
    );
    for (;;) {
      const before = this.fetches;
      if (wait > 0) {
        await this.pause.wait(wait, signal);
      }
      if (signal.aborted) {
        return;
      }
      // `refresh` may have been quicker.
      if (this.fetches === before) {
        await this.fetch();
      }
      wait = this.state.problem
        ? backOff(this.failures, this.retry)
        : this.period();
    }
  }

  private period(): number {
    const { interval } = this;
    return typeof interval === 'number' ? interval : interval(this.state.value);
  }

  private async fetch(): Promise<void> {
    this.fetches += 1;
    this.fetching?.abort();
    const fetching = new AbortController();
    this.fetching = fetching;
    this.update({ loading: true });
    try {
      const value = await this.load(fetching.signal);
      if (this.fetching === fetching) {
        this.failures = 0;
        this.update({
          value: this.keep(value, this.state.value),
          problem: null,
          loading: false,
          syncedAt: Date.now()
        });
      }
    } catch (error) {
      // One that was overtaken failed because it was.
      if (this.fetching === fetching) {
        this.failures += 1;
        this.update({
          problem: error instanceof Error ? error : new Error(String(error)),
          loading: false
        });
      }
    }
  }

  private update(change: Partial<IResourceState<T>>): void {
    this.state = { ...this.state, ...change };
    this.listeners.forEach(listener => listener());
  }

  private state: IResourceState<T> = {
    value: null,
    problem: null,
    loading: false,
    syncedAt: null
  };
  private failures = 0;
  private fetches = 0;
  private running: AbortController | null = null;
  private fetching: AbortController | null = null;
  private readonly listeners = new Set<() => void>();
  private readonly pause = new Pause();
}

/** The value before where it is equal: views can skip it. */
export function kept<T>(value: T, before: T | null | undefined): T {
  return JSON.stringify(value) === JSON.stringify(before) ? before! : value;
}
