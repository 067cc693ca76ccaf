import { lowerBound, type Rows } from './rows';
import type { IMatcher } from './search';
import type { LogStore } from './store';

/** The shown lines in which something is found, kept as lines come. */
export class Matches {
  /** Numbers of lines, ascending. */
  get numbers(): readonly number[] {
    return this.found;
  }

  update(store: LogStore, rows: Rows, matcher: IMatcher | null): void {
    const { numbers, generation } = rows;
    if (matcher !== this.matcher || generation !== this.generation) {
      this.matcher = matcher;
      this.generation = generation;
      this.found = [];
      this.to = 0;
    }
    if (matcher === null) {
      return;
    }
    for (; this.to < numbers.length; this.to += 1) {
      const number = numbers[this.to]!;
      const line = store.at(number)!;
      if (!line.mark && matcher.test(line.text)) {
        this.found.push(number);
      }
    }
  }

  /** The match before or behind a line, going round; null where there is none. */
  step(from: number | null, direction: 1 | -1): number | null {
    const { found } = this;
    if (found.length === 0) {
      return null;
    }
    if (from === null) {
      // What is new is what people look for.
      return found[direction === 1 ? 0 : found.length - 1]!;
    }
    const at = lowerBound(found, direction === 1 ? from + 1 : from);
    const next = direction === 1 ? at : at - 1;
    return found[(next + found.length) % found.length]!;
  }

  /** Its place among the matches, from 1; 0 where it is none. */
  placeOf(number: number | null): number {
    if (number === null) {
      return 0;
    }
    const at = lowerBound(this.found, number);
    return this.found[at] === number ? at + 1 : 0;
  }

  private matcher: IMatcher | null = null;
  private generation = -1;
  private found: number[] = [];
  private to = 0;
}
