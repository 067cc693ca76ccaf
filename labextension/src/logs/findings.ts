import { Matches } from './matches';
import { ALL_ROWS, IRowFilter, Rows } from './rows';
import {
  ISearchProblem,
  SearchFailed,
  TimedMatcher,
  matcherOf
} from './search';
import { ILogSettings, SETTINGS } from './settings';
import type { LogStore } from './store';

/** Which lines of a log are shown, and in which of them is what is searched for. */
export class Findings {
  readonly rows = new Rows();
  readonly matches = new Matches();

  /** Finds what is searched for; null while nothing is, or while it can't be. */
  get matcher(): TimedMatcher | null {
    return this.found;
  }

  /** Why the search can't be made. */
  get problem(): ISearchProblem | null {
    return this.failed;
  }

  /** Take over what is to be shown. */
  read({ search, threshold, container, only }: ILogSettings): void {
    if (this.searched !== search) {
      this.searched = search;
      this.failed = null;
      this.guard(() => (this.found = matcherOf(search)));
    }
    const wanted = only ? this.found : null;
    if (
      threshold !== this.filter.threshold ||
      container !== this.filter.container ||
      wanted !== this.filter.only
    ) {
      this.filter = { threshold, container, only: wanted };
    }
  }

  /** Take over what came. A search that takes too long is given up; the lines are shown without it. */
  update(store: LogStore): void {
    if (this.shown !== store) {
      this.shown = store;
      this.filter = { ...this.filter };
    }
    this.found?.begin();
    this.guard(() => this.apply(store));
    if (this.failed && this.filter.only) {
      this.filter = { ...this.filter, only: null };
    }
    if (this.failed) {
      this.apply(store);
    }
  }

  private apply(store: LogStore): void {
    this.rows.update(store, this.filter);
    this.matches.update(store, this.rows, this.found);
  }

  private guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof SearchFailed)) {
        throw error;
      }
      this.found = null;
      this.failed = error.problem;
    }
  }

  private found: TimedMatcher | null = null;
  private failed: ISearchProblem | null = null;
  private filter: IRowFilter = ALL_ROWS;
  private searched = SETTINGS.search;
  private shown: LogStore | null = null;
}
