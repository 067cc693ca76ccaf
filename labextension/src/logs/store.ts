import type { LogLine } from '../api/contract';
import { ISpan, parseAnsi } from './ansi';
import { Blocks } from './blocks';
import type { Level } from './levels';

/** So many lines are kept; of older ones the view says how many went, and the file has them all. */
export const CAPACITY = 100_000;

/** Longer lines are shown up to here: a page can't draw a megabyte in a row. */
const LONGEST = 8_000;

export interface ILine {
  /** Counts up from line to line; older ones that are loaded later count down from the first. */
  readonly number: number;
  /** `<replica>.<attempt>` or `<replica>/<container>.<attempt>`, and the position in it: what a link to the line names. */
  readonly source: string;
  readonly position: number;
  readonly replica: string;
  readonly container: string;
  readonly attempt: number;
  readonly stderr: boolean;
  /** ms since the epoch, and as the server wrote it. */
  readonly time: number;
  readonly iso: string;
  readonly text: string;
  readonly spans: readonly ISpan[];
  /** How many characters are not shown. */
  readonly cut: number;
  /** Where the block that it belongs to begins, and the level of that. */
  readonly head: number;
  readonly level: Level | null;
  /** Drawn by the reader, not printed by anything. */
  readonly mark: boolean;
}

/** Positions by source: what was seen, or where what is shown begins. */
export type Cursor = ReadonlyMap<string, number>;

/**
 * The lines that a view has, in the order in which they are shown: a ring that forgets the oldest.
 *
 * What is added twice (a stream that was resumed) is there once: in each source positions only grow.
 */
export class LogStore {
  constructor(private readonly capacity = CAPACITY) {}

  get size(): number {
    return this.lines.length;
  }

  /** Number of the first line. */
  get first(): number {
    return this.begin;
  }

  /** Number of the line that would come next. */
  get end(): number {
    return this.begin + this.lines.length;
  }

  /** How many lines were forgotten to keep within the limit. */
  get dropped(): number {
    return this.forgotten;
  }

  /** Where to resume: the last position that was seen of every source. */
  get seen(): Cursor {
    return this.last;
  }

  /** Last line that something printed. */
  get newest(): ILine | null {
    return this.latest;
  }

  at(number: number): ILine | undefined {
    return this.lines[number - this.begin];
  }

  /** Names of those who printed, in order. */
  get replicas(): readonly string[] {
    return this.names;
  }

  /** The how many-th it was that printed something. */
  orderOf(replica: string): number {
    return this.order.get(replica) ?? 0;
  }

  get containers(): readonly string[] {
    return this.containerNames;
  }

  /** Add lines behind the last. Tells how many were new. */
  append(lines: readonly LogLine[], hold = false): number {
    let added = 0;
    for (const line of lines) {
      const source = sourceOf(line);
      if (line.position <= (this.last.get(source) ?? -1)) {
        continue;
      }
      this.last.set(source, line.position);
      this.latest = this.push(line, source);
      added += 1;
    }
    this.forget(hold ? this.capacity * 2 : this.capacity);
    return added;
  }

  /** Add lines in front of the first; they are of the same query and older. */
  prepend(lines: readonly LogLine[]): number {
    const begins = this.beginnings();
    const fresh = lines.filter(
      line => line.position < (begins.get(sourceOf(line)) ?? Infinity)
    );
    const existing = this.lines;
    this.lines = [];
    this.begin -= fresh.length;
    this.blocks = new Blocks();
    for (const line of fresh) {
      const source = sourceOf(line);
      this.push(line, source);
      this.last.set(
        source,
        Math.max(line.position, this.last.get(source) ?? -1)
      );
    }
    // Blocks may have begun in what was missing.
    for (const line of existing) {
      this.lines.push(
        line.mark
          ? line
          : {
              ...line,
              ...placeOf(this.blocks.add(keyOf(line), line.number, line.text))
            }
      );
    }
    return fresh.length;
  }

  /** Draw a line across. */
  mark(time: number): ILine {
    const line: ILine = {
      number: this.end,
      source: '',
      position: -1,
      replica: '',
      container: '',
      attempt: 0,
      stderr: false,
      time,
      iso: new Date(time).toISOString(),
      text: '',
      spans: [],
      cut: 0,
      head: this.end,
      level: null,
      mark: true
    };
    this.lines.push(line);
    return line;
  }

  /** Forget what is shown; what was seen stays seen. */
  clear(): void {
    this.begin = this.end;
    this.lines = [];
    this.forgotten = 0;
  }

  /** Where what is shown begins: for older lines. */
  beginnings(): Cursor {
    const begins = new Map<string, number>();
    for (const { source, position, mark } of this.lines) {
      if (!mark && !begins.has(source)) {
        begins.set(source, position);
      }
    }
    return begins;
  }

  /** The first line that something printed. */
  get oldest(): ILine | undefined {
    return this.lines.find(line => !line.mark);
  }

  /** The line of a source at a position. */
  find(source: string, position: number): ILine | undefined {
    return this.lines.find(
      line => line.source === source && line.position === position
    );
  }

  private push(line: LogLine, source: string): ILine {
    const { text, spans } = parseAnsi(
      line.text.length > LONGEST ? line.text.slice(0, LONGEST) : line.text
    );
    const { container = '' } = line;
    this.meet(line.replica, container);
    const number = this.begin + this.lines.length;
    const kept: ILine = {
      number,
      source,
      position: line.position,
      replica: line.replica,
      container,
      attempt: line.attempt,
      stderr: line.stream === 'stderr',
      time: Date.parse(line.time),
      iso: line.time,
      text,
      spans,
      cut: Math.max(0, line.text.length - LONGEST),
      ...placeOf(
        this.blocks.add(
          keyOf({ source, stderr: line.stream === 'stderr' }),
          number,
          text
        )
      ),
      mark: false
    };
    this.lines.push(kept);
    return kept;
  }

  private meet(replica: string, container: string): void {
    if (!this.names.includes(replica)) {
      this.order.set(replica, this.order.size);
      this.names = [...this.names, replica].sort(byNumbers);
    }
    if (container && !this.containerNames.includes(container)) {
      this.containerNames = [...this.containerNames, container].sort();
    }
  }

  private forget(limit: number): void {
    // Not one by one: moving a long array costs.
    if (this.lines.length > limit + limit / 20) {
      const many = this.lines.length - limit;
      this.lines = this.lines.slice(many);
      this.begin += many;
      this.forgotten += many;
    }
  }

  private lines: ILine[] = [];
  private begin = 0;
  private forgotten = 0;
  private names: readonly string[] = [];
  private readonly order = new Map<string, number>();
  private containerNames: readonly string[] = [];
  private latest: ILine | null = null;
  private blocks = new Blocks();
  private readonly last = new Map<string, number>();
}

/** Each container counts for itself: lines of two may come a little out of order. */
export const sourceOf = (line: LogLine): string =>
  line.container
    ? `${line.replica}/${line.container}.${line.attempt}`
    : `${line.replica}.${line.attempt}`;

const keyOf = ({ source, stderr }: Pick<ILine, 'source' | 'stderr'>): string =>
  stderr ? `${source}!` : source;

const placeOf = ({ head, level }: { head: number; level: Level | null }) => ({
  head,
  level
});

/** `2-10` after `2-9`. */
export const byNumbers = (one: string, other: string): number =>
  one.localeCompare(other, 'en', { numeric: true });
