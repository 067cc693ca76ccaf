export interface ISearch {
  readonly text: string;
  readonly regex: boolean;
  readonly matchCase: boolean;
}

export const NO_SEARCH: ISearch = { text: '', regex: false, matchCase: false };

export type Range = readonly [from: number, to: number];

/** Finds in a line what is searched for. */
export interface IMatcher {
  /** Whether there is any. */
  test(text: string): boolean;
  /** All of them. */
  ranges(text: string): Range[];
}

/** Deeper into a line nobody searches: patterns may be slow. */
const DEPTH = 4_000;
const MOST = 200;

/**
 * @returns null where nothing is searched for
 * @throws SyntaxError
 *   The regular expression is none.
 */
export function matcherOf(search: ISearch): IMatcher | null {
  if (search.text === '') {
    return null;
  }
  const source = search.regex
    ? search.text
    : search.text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const flags = search.matchCase ? 'u' : 'iu';
  const one = new RegExp(source, flags);
  const all = new RegExp(source, `g${flags}`);
  return {
    test: text => one.test(cut(text)),
    ranges: text => {
      const found: Range[] = [];
      for (const match of cut(text).matchAll(all)) {
        if (match[0].length > 0) {
          found.push([match.index, match.index + match[0].length]);
        }
        if (found.length === MOST) {
          break;
        }
      }
      return found;
    }
  };
}

const cut = (text: string): string =>
  text.length > DEPTH ? text.slice(0, DEPTH) : text;
