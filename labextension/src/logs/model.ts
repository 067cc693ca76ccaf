import type { LogLine } from '../api/contract';
import type { DeploymentsClient, ILogQuery } from '../api/deployments';
import { Findings } from './findings';
import { Follower, IFollowState, IFollowerTiming } from './follower';
import { nextFrame } from './frame';
import { Inflow } from './inflow';
import type { Matches } from './matches';
import { linesBefore } from './older';
import type { ILineReference } from './reference';
import { Rows, lowerBound } from './rows';
import type { IMatcher } from './search';
import {
  FIRST,
  ILogSettings,
  OLDER,
  SETTINGS,
  sameLines,
  selects,
  writeCursor
} from './settings';
import { BEGUN_ANEW, EMPTY, ILogState } from './state';
import { CAPACITY, LogStore } from './store';

/** One view of the log of a deployment, with all that it must not lose while nobody looks at it. */
export class LogModel {
  constructor(
    private readonly client: Pick<DeploymentsClient, 'logs'>,
    readonly id: string,
    settings: ILogSettings = SETTINGS,
    frame = nextFrame,
    private readonly timing?: IFollowerTiming,
    private readonly capacity = CAPACITY
  ) {
    this.store = new LogStore(capacity);
    this.inflow = new Inflow(frame, (lines, state) => this.take(lines, state));
    this.current = { ...EMPTY, settings };
    this.follower = this.begin();
    this.findings.read(settings);
  }

  store: LogStore;
  /** Where the view was scrolled to, kept while it is not there. */
  scrollTop = 0;

  get rows(): Rows {
    return this.findings.rows;
  }

  get matches(): Matches {
    return this.findings.matches;
  }

  /** Finds what is searched for; null while nothing is. */
  get matcher(): IMatcher | null {
    return this.findings.matcher;
  }

  readonly getState = (): ILogState => this.current;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Whether somebody looks: only then lines are asked for. What was missed comes afterwards. */
  watch(watching: boolean): void {
    if (watching) {
      this.follower.start();
    } else {
      this.follower.stop();
    }
  }

  readonly reconnect = (): void => this.follower.wake();

  /** What a log is shown with that nobody has set anything for. */
  startWith(settings: Partial<ILogSettings>): void {
    if (this.current.settings === SETTINGS) {
      this.set(settings);
    }
  }

  /** Change what is shown. */
  set(change: Partial<ILogSettings>): void {
    const before = this.current.settings;
    const settings = { ...before, ...change };
    this.current = { ...this.current, settings };
    if (!sameLines(before, settings)) {
      this.restart();
    }
    this.findings.read(settings);
    this.refresh({ settings });
  }

  choose(number: number | null): void {
    this.refresh({ chosen: number });
  }

  /** The next match of the search, downwards or upwards; chosen when there is one. */
  step(direction: 1 | -1): void {
    const next = this.matches.step(this.current.chosen, direction);
    if (next !== null) {
      this.refresh({
        chosen: next,
        pausedAt: this.current.pausedAt ?? this.store.end
      });
    }
  }

  /** Go along with the end, or stay where the reader is. */
  follow(following: boolean): void {
    const paused = this.current.pausedAt !== null;
    if (following === paused) {
      this.refresh({ pausedAt: following ? null : this.store.end });
    }
  }

  mark(): void {
    this.store.mark(Date.now() + this.follower.clockOffset);
    this.refresh({});
  }

  clear(): void {
    this.store.clear();
    this.refresh({ cleared: true, older: false, chosen: null, pausedAt: null });
  }

  /** Show all again. */
  unclear(): void {
    this.restart();
    this.refresh({});
  }

  /** Fetch lines in front of the first. Tells how many came. */
  async loadOlder(many = OLDER): Promise<number> {
    const { store } = this;
    if (!store.oldest || this.current.older !== true) {
      return 0;
    }
    this.refresh({ older: null });
    try {
      const { settings } = this.current;
      const since = this.sinceTime();
      const lines = await linesBefore(
        this.client,
        this.id,
        store,
        settings,
        since,
        many
      );
      if (store !== this.store) {
        return 0;
      }
      const added = store.prepend(lines);
      this.refresh({ older: added > 0 && lines.length >= many });
      return added;
    } catch {
      // The stream says that the connection is lost.
      if (store === this.store) {
        this.refresh({ older: true });
      }
      return 0;
    }
  }

  /** Go to the line that a link names. Tells whether it is still kept. */
  async open(reference: ILineReference): Promise<boolean> {
    const { settings } = this.current;
    const [replica] = reference.source.split(/\/|\.(?=\d+$)/) as [string];
    if (
      (settings.replica && settings.replica !== replica) ||
      settings.previous ||
      settings.since !== null ||
      settings.threshold !== null ||
      settings.only
    ) {
      this.set({
        replica: '',
        previous: false,
        since: null,
        threshold: null,
        container: '',
        only: false
      });
    }
    // Chosen anew, though it be the one that is chosen: the reader may have gone elsewhere.
    this.choose(null);
    await this.completed();
    for (;;) {
      const line = this.store.find(reference.source, reference.position);
      if (line) {
        this.refresh({ chosen: line.number, pausedAt: this.store.end });
        return true;
      }
      const oldest = this.store.oldest;
      if (
        !oldest ||
        oldest.iso < reference.time ||
        (await this.loadOlder(20_000)) === 0
      ) {
        return false;
      }
    }
  }

  /** Number of shown lines that came since the reader stopped following. */
  get news(): number {
    const { pausedAt } = this.current;
    if (pausedAt === null) {
      return 0;
    }
    const { numbers } = this.rows;
    return numbers.length - lowerBound(numbers, pausedAt);
  }

  dispose(): void {
    this.follower.stop();
    this.listeners.clear();
  }

  private begin(): Follower {
    const { store } = this;
    const follower: Follower = new Follower(
      (query, signal) => this.client.logs(this.id, query, signal),
      () => this.nextQuery(),
      lines => {
        if (store === this.store) {
          this.inflow.addLines(lines);
        }
      },
      state => {
        if (store === this.store) {
          this.inflow.setState(state);
        }
      },
      this.timing
    );
    return follower;
  }

  /** Another query: what was there is of the old one. */
  private restart(): void {
    const watched = this.follower.state.following !== 'resting';
    this.follower.stop();
    this.inflow.clear();
    this.store = new LogStore(this.capacity);
    this.follower = this.begin();
    this.current = {
      ...this.current,
      ...this.follower.state,
      ...BEGUN_ANEW
    };
    this.startedAt = Date.now();
    if (watched) {
      this.follower.start();
    }
  }

  private nextQuery(): ILogQuery {
    const query = {
      ...selects(this.current.settings),
      follow: true,
      beats: true
    };
    const newest = this.inflow.newest ?? this.store.newest?.iso;
    return newest === undefined
      ? { ...query, since: this.sinceTime(), tail: FIRST }
      : {
          ...query,
          after: writeCursor(this.inflow.seenAfter(this.store.seen)),
          since: newest,
          tail: this.capacity
        };
  }

  /** Where the preset begins: counted from when it was chosen, so that it doesn't move while lines are read. */
  private sinceTime(): string | undefined {
    const { since } = this.current.settings;
    return since === null
      ? undefined
      : new Date(
          this.startedAt + this.follower.clockOffset - since * 1000
        ).toISOString();
  }

  /** Take over what came since the last frame. */
  private take(lines: readonly LogLine[], state: IFollowState | null): void {
    const live = this.current.complete;
    const added = this.store.append(lines, this.current.pausedAt !== null);
    const { newest } = this.store;
    const { lag, older, complete } = this.current;
    this.refresh({
      ...state,
      lag:
        added > 0 && newest && live
          ? Math.max(0, Date.now() + this.follower.clockOffset - newest.time)
          : lag,
      // What came first was the last of it: as much as was asked for means that there is more.
      older: state?.complete && !complete ? this.store.size >= FIRST : older
    });
  }

  private refresh(change: Partial<ILogState>): void {
    this.findings.update(this.store);
    this.current = {
      ...this.current,
      ...change,
      searchProblem: this.findings.problem,
      version: this.current.version + 1
    };
    this.listeners.forEach(listener => listener());
  }

  /** Until what exists has come. */
  private completed(): Promise<void> {
    return new Promise(resolve => {
      const look = () => {
        if (this.current.complete && this.inflow.isEmpty) {
          stop();
          resolve();
        }
      };
      const stop = this.subscribe(look);
      look();
    });
  }

  private current: ILogState;
  private follower: Follower;
  private readonly findings = new Findings();
  private readonly inflow: Inflow;
  private startedAt = Date.now();
  private readonly listeners = new Set<() => void>();
}

export type { ILogState };
