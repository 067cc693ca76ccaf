import type { IFollowState } from './follower';
import type { ISearchProblem } from './search';
import { ILogSettings, SETTINGS } from './settings';

export interface ILogState extends IFollowState {
  /** Grows with every change of what is shown. */
  readonly version: number;
  readonly settings: ILogSettings;
  /** Why the search can't be made; null where it can. */
  readonly searchProblem: ISearchProblem | null;
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

/** Of a log of which nothing has come. */
export const EMPTY: ILogState = {
  following: 'loading',
  problem: null,
  retryAt: null,
  lostAt: null,
  complete: false,
  version: 0,
  settings: SETTINGS,
  searchProblem: null,
  chosen: null,
  lag: null,
  older: true,
  cleared: false,
  pausedAt: null
};

/** What a fresh query changes; all else stays as it was. */
export const BEGUN_ANEW: Partial<ILogState> = {
  following: 'loading',
  chosen: null,
  lag: null,
  older: true,
  cleared: false,
  pausedAt: null
};
