import { Level, passes } from './levels';
import type { IMatcher } from './search';
import type { ILine, LogStore } from './store';

export interface IRowFilter {
  readonly threshold: Level | null;
  readonly container: string;
  /** Only blocks in which this is found; null: all. */
  readonly only: IMatcher | null;
}

export const ALL_ROWS: IRowFilter = {
  threshold: null,
  container: '',
  only: null
};

/**
 * Which lines of a store a filter lets through, kept as they come. Blocks pass as a whole: no traceback loses its
 * head line, and no head line its traceback.
 */
export class Rows {
  /** Numbers of lines, ascending. */
  get numbers(): readonly number[] {
    return this.shown;
  }

  /** How often what is in front of the last rows changed: whoever counts on them begins anew. */
  get generation(): number {
    return this.generations;
  }

  /** Take over what came. Tells how many rows were added behind the last. */
  update(store: LogStore, filter: IRowFilter): number {
    if (filter !== this.filter || store.first < this.from) {
      this.rebuild(store, filter);
      return 0;
    }
    const before = this.shown.length;
    for (let number = this.to; number < store.end; number += 1) {
      const line = store.at(number)!;
      if (!this.add(store, line)) {
        this.rebuild(store, filter);
        return Math.max(0, this.shown.length - before);
      }
    }
    this.to = store.end;
    const added = this.shown.length - before;
    this.forget(store);
    return added;
  }

  private rebuild(store: LogStore, filter: IRowFilter): void {
    this.filter = filter;
    this.from = store.first;
    this.to = store.end;
    this.generations += 1;
    this.found.clear();
    if (filter.only) {
      for (let number = this.from; number < this.to; number += 1) {
        const line = store.at(number)!;
        if (!line.mark && filter.only.test(line.text)) {
          this.found.add(line.head);
        }
      }
    }
    this.shown = [];
    for (let number = this.from; number < this.to; number += 1) {
      if (this.passes(store.at(number)!)) {
        this.shown.push(number);
      }
    }
  }

  /** False where a line brings earlier ones with it. */
  private add(store: LogStore, line: ILine): boolean {
    const { only } = this.filter;
    if (only && !line.mark && !this.found.has(line.head)) {
      if (only.test(line.text)) {
        this.found.add(line.head);
        if (line.head < line.number && line.head >= store.first) {
          return false;
        }
      }
    }
    if (this.passes(line)) {
      this.shown.push(line.number);
    }
    return true;
  }

  private passes(line: ILine): boolean {
    const { threshold, container, only } = this.filter;
    return (
      line.mark ||
      (passes(line.level, threshold) &&
        (container === '' || line.container === container) &&
        (only === null || this.found.has(line.head)))
    );
  }

  private forget(store: LogStore): void {
    if (store.first > this.from) {
      this.from = store.first;
      const kept = lowerBound(this.shown, store.first);
      if (kept > 0) {
        this.shown = this.shown.slice(kept);
        this.generations += 1;
      }
    }
  }

  private filter: IRowFilter = ALL_ROWS;
  private shown: number[] = [];
  private from = 0;
  private to = 0;
  private generations = 0;
  private readonly found = new Set<number>();
}

/** Position of the first number that is not smaller. */
export function lowerBound(numbers: readonly number[], number: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! < number) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
