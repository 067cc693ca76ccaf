import type { LogLine } from '../api/contract';
import type { DeploymentsClient, ILogQuery } from '../api/deployments';
import { Follower, IFollowState, IFollowerTiming } from './follower';
import { Matches } from './matches';
import type { ILineReference } from './reference';
import { ALL_ROWS, IRowFilter, Rows } from './rows';
import { IMatcher, matcherOf } from './search';
import {
  FIRST,
  ILogSettings,
  OLDER,
  SETTINGS,
  sameLines,
  selects,
  writeCursor
} from './settings';
import { CAPACITY, ILine, LogStore } from './store';

/** So many lines are taken over in one frame: more would make it late. */
const PER_FRAME = 4_000;

/** What draws waits for this; nothing is drawn in a page that can't be seen. */
const nextFrame = (draw: () => void): void => {
  if (document.hidden) {
    setTimeout(draw, 250);
  } else {
    requestAnimationFrame(draw);
  }
};

export interface ILogState extends IFollowState {
  /** Grows with every change of what is shown. */
  readonly version: number;
  readonly settings: ILogSettings;
  /** Why the search can't be made. */
  readonly searchProblem: string;
  /** The line that is chosen: a match, the one of a link, one that was clicked. */
  readonly chosen: number | null;
  /** How long the last line took from its print to here (ms); null where nothing came live. */
  readonly lag: number | null;
  /** Whether older lines may exist; null while they are being fetched. */
  readonly older: boolean | null;
  readonly cleared: boolean;
  /** Where the reader left off following; null: the view goes along with the end. */
  readonly pausedAt: number | null;
}

/** One view of the log of a deployment, with all that it must not lose while nobody looks at it. */
export class LogModel {
  constructor(
    private readonly client: Pick<DeploymentsClient, 'logs'>,
    readonly id: string,
    settings: ILogSettings = SETTINGS,
    private readonly frame = nextFrame,
    private readonly timing?: IFollowerTiming,
    private readonly capacity = CAPACITY
  ) {
    this.store = new LogStore(capacity);
    this.current = { ...this.current, settings };
    this.follower = this.begin();
    this.readSearch();
  }

  store: LogStore;
  readonly rows = new Rows();
  readonly matches = new Matches();
  /** Finds what is searched for; null while nothing is. */
  matcher: IMatcher | null = null;
  /** Where the view was scrolled to, kept while it is not there. */
  scrollTop = 0;

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

  /** Change what is shown. */
  set(change: Partial<ILogSettings>): void {
    const before = this.current.settings;
    const settings = { ...before, ...change };
    this.current = { ...this.current, settings };
    if (!sameLines(before, settings)) {
      this.restart();
    }
    this.readSearch();
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
    const oldest = this.store.oldest;
    if (!oldest || this.current.older !== true) {
      return 0;
    }
    const { store } = this;
    this.refresh({ older: null });
    try {
      const since = this.sinceTime();
      const stream = await this.client.logs(
        this.id,
        {
          ...selects(this.current.settings),
          before: writeCursor(store.beginnings()),
          until: oldest.iso,
          since,
          tail: many
        },
        new AbortController().signal
      );
      const lines: LogLine[] = [];
      for await (const chunk of stream) {
        lines.push(
          ...chunk.filter((entry): entry is LogLine => 'text' in entry)
        );
      }
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
    const [replica] = reference.source.split(/\.(?=\d+$)/) as [string];
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
    let count = 0;
    while (
      count < numbers.length &&
      numbers[numbers.length - 1 - count]! >= pausedAt
    ) {
      count += 1;
    }
    return count;
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
          this.queue.push(...lines);
          this.later();
        }
      },
      state => {
        if (store === this.store) {
          this.stateLater = state;
          this.later();
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
    this.queue = [];
    this.store = new LogStore(this.capacity);
    this.follower = this.begin();
    this.current = {
      ...this.current,
      ...this.follower.state,
      following: 'loading',
      chosen: null,
      lag: null,
      older: true,
      cleared: false,
      pausedAt: null
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
    const newest = this.queue.at(-1)?.time ?? this.store.newest?.iso;
    return newest === undefined
      ? { ...query, since: this.sinceTime(), tail: FIRST }
      : {
          ...query,
          after: writeCursor(this.seen()),
          since: newest,
          tail: this.capacity
        };
  }

  /** What was seen, with what waits to be drawn. */
  private seen(): ReadonlyMap<string, number> {
    const seen = new Map(this.store.seen);
    for (const line of this.queue) {
      seen.set(`${line.replica}.${line.attempt}`, line.position);
    }
    return seen;
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

  private later(): void {
    if (!this.waiting) {
      this.waiting = true;
      this.frame(() => {
        this.waiting = false;
        this.take();
      });
    }
  }

  /** Take over what came since the last frame: however much it is, it is drawn once. */
  private take(): void {
    const lines = this.queue.slice(0, PER_FRAME);
    this.queue = this.queue.slice(PER_FRAME);
    const live = this.current.complete;
    const added = this.store.append(lines, this.current.pausedAt !== null);
    const state = this.stateLater;
    this.stateLater = null;
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
    if (this.queue.length > 0) {
      this.later();
    }
  }

  private readSearch(): void {
    const { search } = this.current.settings;
    try {
      this.matcher =
        this.searched === search ? this.matcher : matcherOf(search);
      this.current = { ...this.current, searchProblem: '' };
    } catch (error) {
      this.matcher = null;
      this.current = {
        ...this.current,
        searchProblem: error instanceof Error ? error.message : String(error)
      };
    }
    this.searched = search;
    const { threshold, container, only } = this.current.settings;
    const wanted = only ? this.matcher : null;
    if (
      threshold !== this.filter.threshold ||
      container !== this.filter.container ||
      wanted !== this.filter.only
    ) {
      this.filter = { threshold, container, only: wanted };
    }
  }

  private refresh(change: Partial<ILogState>): void {
    if (this.shownStore !== this.store) {
      this.shownStore = this.store;
      this.filter = { ...this.filter };
    }
    this.rows.update(this.store, this.filter);
    this.matches.update(this.store, this.rows, this.matcher);
    this.current = {
      ...this.current,
      ...change,
      version: this.current.version + 1
    };
    this.listeners.forEach(listener => listener());
  }

  /** Until what exists has come. */
  private completed(): Promise<void> {
    return new Promise(resolve => {
      const look = () => {
        if (this.current.complete && this.queue.length === 0) {
          stop();
          resolve();
        }
      };
      const stop = this.subscribe(look);
      look();
    });
  }

  private current: ILogState = {
    following: 'loading',
    problem: null,
    retryAt: null,
    lostAt: null,
    complete: false,
    version: 0,
    settings: SETTINGS,
    searchProblem: '',
    chosen: null,
    lag: null,
    older: true,
    cleared: false,
    pausedAt: null
  };
  private follower: Follower;
  private filter: IRowFilter = ALL_ROWS;
  private searched = SETTINGS.search;
  private shownStore: LogStore | null = null;
  private queue: LogLine[] = [];
  private stateLater: IFollowState | null = null;
  private waiting = false;
  private startedAt = Date.now();
  private readonly listeners = new Set<() => void>();
}

export type { ILine };
