import { repeatsRepetition } from './pattern';

export interface ISearch {
  readonly text: string;
  readonly regex: boolean;
  readonly matchCase: boolean;
}

export const NO_SEARCH: ISearch = { text: '', regex: false, matchCase: false };

export type Range = readonly [from: number, to: number];

/**
 * Why nothing can be searched for: `none`, it is no regular expression; `nested`, one that could take for ever;
 * `slow`, it was given up.
 */
export interface ISearchProblem {
  readonly kind: 'none' | 'nested' | 'slow';
  readonly message: string;
}

export class SearchFailed extends Error {
  constructor(readonly problem: ISearchProblem) {
    super(problem.message);
  }
}

/** Finds in a line what is searched for. */
export interface IMatcher {
  /** Whether there is any. */
  test(text: string): boolean;
  /** All of them. */
  ranges(text: string): Range[];
}

/** Deeper into a line nobody searches: patterns may be slow, and the more so the longer the line. */
const DEPTH = { text: 4_000, regex: 1_000 };
const MOST = 200;

/** So long a search may keep the page from anything else (ms): for a hundred thousand lines it takes a tenth of that. */
const BUDGET = 500;

/**
 * @returns null where nothing is searched for
 * @throws SearchFailed
 *   The regular expression is none, or one that could take for ever.
 */
export function matcherOf(
  search: ISearch,
  clock: () => number = () => performance.now()
): TimedMatcher | null {
  if (search.text === '') {
    return null;
  }
  if (!search.regex) {
    const source = search.text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return new TimedMatcher(source, search.matchCase, DEPTH.text, clock);
  }
  let matcher: TimedMatcher;
  try {
    const { regex } = DEPTH;
    matcher = new TimedMatcher(search.text, search.matchCase, regex, clock);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new SearchFailed({ kind: 'none', message });
  }
  if (repeatsRepetition(search.text)) {
    throw new SearchFailed({ kind: 'nested', message: search.text });
  }
  return matcher;
}

/** Knows how long it took, and refuses to go on when that is too long. */
export class TimedMatcher implements IMatcher {
  constructor(
    source: string,
    matchCase: boolean,
    private readonly depth: number,
    private readonly clock: () => number
  ) {
    const flags = matchCase ? 'u' : 'iu';
    this.one = new RegExp(source, flags);
    this.all = new RegExp(source, `g${flags}`);
  }

  /** The page did other things in between: time counts from here. */
  begin(): void {
    this.until = this.clock() + BUDGET;
  }

  test(text: string): boolean {
    if (this.clock() > this.until) {
      throw new SearchFailed({ kind: 'slow', message: this.one.source });
    }
    return this.one.test(this.cut(text));
  }

  ranges(text: string): Range[] {
    const found: Range[] = [];
    for (const match of this.cut(text).matchAll(this.all)) {
      if (match[0].length > 0) {
        found.push([match.index, match.index + match[0].length]);
      }
      if (found.length === MOST) {
        break;
      }
    }
    return found;
  }

  private cut(text: string): string {
    return text.length > this.depth ? text.slice(0, this.depth) : text;
  }

  private until = Infinity;
  private readonly one: RegExp;
  private readonly all: RegExp;
}
