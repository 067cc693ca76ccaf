import type { ILogQuery } from '../api/deployments';
import type { Level } from './levels';
import { ISearch, NO_SEARCH } from './search';
import type { Cursor } from './store';
import type { Since, Timestamps } from './times';

/** What a view of a log shows, and how. */
export interface ILogSettings {
  /** Empty: all replicas, merged. */
  readonly replica: string;
  /** Of each replica only the attempt that ended last. */
  readonly previous: boolean;
  readonly since: Since;
  readonly threshold: Level | null;
  readonly container: string;
  readonly search: ISearch;
  /** Whether lines in which nothing is found are hidden. */
  readonly only: boolean;
  readonly wrap: boolean;
  readonly timestamps: Timestamps;
}

export const SETTINGS: ILogSettings = {
  replica: '',
  previous: false,
  since: null,
  threshold: null,
  container: '',
  search: NO_SEARCH,
  only: false,
  wrap: false,
  timestamps: 'local'
};

/** So many lines come first: enough to read, and there at once. */
export const FIRST = 2_000;

/** So many older ones at a time. */
export const OLDER = 5_000;

/** What the server is asked for; the rest of the settings is the page's. */
export const selects = ({
  replica,
  previous
}: ILogSettings): Pick<ILogQuery, 'replica' | 'attempt'> => ({
  replica: replica || undefined,
  attempt: previous ? 'previous' : undefined
});

/** Whether two settings ask the server for the same lines. */
export const sameLines = (one: ILogSettings, other: ILogSettings): boolean =>
  one.replica === other.replica &&
  one.previous === other.previous &&
  one.since === other.since;

/** A cursor as the server reads it. */
export const writeCursor = (cursor: Cursor): string | undefined =>
  [...cursor].map(([source, at]) => `${source}:${at}`).join(',') || undefined;
