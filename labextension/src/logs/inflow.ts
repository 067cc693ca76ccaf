import type { LogLine } from '../api/contract';
import type { IFollowState } from './follower';
import type { nextFrame } from './frame';
import { sourceOf } from './store';

/** So many lines are taken over in one frame: more would make it late. */
const PER_FRAME = 4_000;

/** What came from the stream and waits for the next frame: however much it is, it is drawn once. */
export class Inflow {
  /**
   * @param onFrame - Takes over the first of the lines, and how the stream is since, where that changed.
   */
  constructor(
    private readonly frame: typeof nextFrame,
    private readonly onFrame: (
      lines: readonly LogLine[],
      state: IFollowState | null
    ) => void
  ) {}

  get isEmpty(): boolean {
    return this.queue.length === 0;
  }

  /** Time of the last line that waits. */
  get newest(): string | undefined {
    return this.queue.at(-1)?.time;
  }

  addLines(lines: readonly LogLine[]): void {
    this.queue.push(...lines);
    this.later();
  }

  setState(state: IFollowState): void {
    this.state = state;
    this.later();
  }

  /** What waits is of another query. */
  clear(): void {
    this.queue = [];
  }

  /** How far each source was read, what waits included. */
  seenAfter(taken: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
    const seen = new Map(taken);
    for (const line of this.queue) {
      seen.set(sourceOf(line), line.position);
    }
    return seen;
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

  private take(): void {
    const lines = this.queue.slice(0, PER_FRAME);
    this.queue = this.queue.slice(PER_FRAME);
    const { state } = this;
    this.state = null;
    this.onFrame(lines, state);
    if (!this.isEmpty) {
      this.later();
    }
  }

  private queue: LogLine[] = [];
  private state: IFollowState | null = null;
  private waiting = false;
}
