import type { IAuditQuery } from '../api/administration';
import type { AuditEntry, AuditList } from '../api/contract';

const PAGE_SIZE = 100;

/** How often it is looked whether there is something newer (ms). */
export const NEWS_INTERVAL = 10_000;

export interface IAuditState {
  readonly entries: readonly AuditEntry[];
  /** How many match; null before the first page. */
  readonly total: number | null;
  readonly loading: boolean;
  /** Why the last page didn't come; null when it did. */
  readonly problem: Error | null;
  readonly more: boolean;
  /** How many came since the first page was loaded. */
  readonly news: number;
}

const NOTHING: IAuditState = {
  entries: [],
  total: null,
  loading: false,
  problem: null,
  more: false,
  news: 0
};

type LoadPage = (
  limit: number,
  token: string | null,
  signal: AbortSignal
) => Promise<AuditList>;

/** The audit log for one query, page by page. What is newer is counted, and shown when somebody asks for it. */
export class AuditLog {
  constructor(private readonly page: LoadPage) {}

  readonly getState = (): IAuditState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Begin anew with the newest; what is shown stays until that is there. */
  readonly reload = (): Promise<void> => this.load(null);

  /** Load the next, older page. */
  readonly loadMore = async (): Promise<void> => {
    if (this.token !== null && !this.state.loading) {
      await this.load(this.token);
    }
  };

  /** Count what is newer than what is shown. */
  readonly look = async (): Promise<void> => {
    const known = this.state.total;
    if (known === null || this.state.loading) {
      return;
    }
    try {
      const { total } = await this.page(1, null, new AbortController().signal);
      this.update({ news: Math.max(0, total - known), problem: null });
    } catch (problem) {
      this.update({ problem: asError(problem) });
    }
  };

  readonly dispose = (): void => this.loading?.abort();

  private async load(token: string | null): Promise<void> {
    this.loading?.abort();
    const loading = new AbortController();
    this.loading = loading;
    this.update({ loading: true });
    try {
      const found = await this.page(PAGE_SIZE, token, loading.signal);
      if (this.loading !== loading) {
        return;
      }
      this.token = found.continue_token;
      const first = token === null;
      this.update({
        entries: first ? found.items : [...this.state.entries, ...found.items],
        total: first ? found.total : this.state.total,
        more: found.continue_token !== null,
        loading: false,
        problem: null,
        news: first ? 0 : this.state.news
      });
    } catch (problem) {
      if (this.loading === loading) {
        this.update({ loading: false, problem: asError(problem) });
      }
    }
  }

  private update(change: Partial<IAuditState>): void {
    this.state = { ...this.state, ...change };
    this.listeners.forEach(listener => listener());
  }

  private state = NOTHING;
  private token: string | null = null;
  private loading: AbortController | null = null;
  private readonly listeners = new Set<() => void>();
}

function asError(problem: unknown): Error {
  return problem instanceof Error ? problem : new Error(String(problem));
}

/** What the form of filters holds. */
export interface IAuditFilter {
  search: string;
  user: string;
  action: string;
  group: string;
  outcome: string;
  period: Period;
  /** Local times as `<input type="datetime-local">` has them, for the period `custom`. */
  from: string;
  to: string;
}

export type Period = 'all' | 'hour' | 'day' | 'week' | 'month' | 'custom';

export const NO_AUDIT_FILTER: IAuditFilter = {
  search: '',
  user: '',
  action: '',
  group: '',
  outcome: '',
  period: 'all',
  from: '',
  to: ''
};

const HOUR = 3_600_000;
const LENGTH: Readonly<Record<string, number>> = {
  hour: HOUR,
  day: 24 * HOUR,
  week: 7 * 24 * HOUR,
  month: 30 * 24 * HOUR
};

/** The query that a filter stands for, `now` in ms since the epoch. */
export function queryOf(filter: IAuditFilter, now: number): IAuditQuery {
  const { period, from, to, ...plain } = filter;
  const length = LENGTH[period];
  const custom = period === 'custom';
  return {
    ...plain,
    user: plain.user.trim(),
    search: plain.search.trim(),
    since: length
      ? new Date(now - length).toISOString()
      : custom
        ? iso(from)
        : undefined,
    until: custom ? iso(to) : undefined
  };
}

function iso(local: string): string | undefined {
  const time = Date.parse(local);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** How many of the filters besides the search narrow the log. */
export function narrowing(filter: IAuditFilter): number {
  return [
    filter.user,
    filter.action,
    filter.group,
    filter.outcome,
    filter.period === 'all' ? '' : filter.period
  ].filter(Boolean).length;
}
