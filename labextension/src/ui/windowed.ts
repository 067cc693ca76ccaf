import {
  RefObject,
  useCallback,
  useLayoutEffect,
  useReducer,
  useState
} from 'react';

/** Up to so many rows all are in the page, where the browser's own search finds them. */
const ALL_ROWS = 60;

/** So far beyond what is in view rows are drawn as well (px): scrolling finds them there. */
const MARGIN = 400;

/** So many rows come into view, and leave it, together. */
const STEP = 4;

export interface IWindow {
  /** Positions of the rows that are drawn. */
  indices: readonly number[];
  /** Heights of what is not drawn (px). */
  above: number;
  below: number;
  /** For the element of each row, which also carries `data-index`: its true height. */
  measure: (element: HTMLElement | null) => void;
}

/**
 * Of a long list, what is in view. Rows may differ in height: until one was drawn, it counts as high as the first ones were.
 *
 * The element that scrolls needs `overflow-anchor: none`: rows above that turn out higher than they were thought
 * to be move nothing here already.
 *
 * @param scroll - The element that scrolls.
 * @param count - Number of rows.
 * @param height - What a row is usually high (px).
 * @param keyOf - What identifies a row.
 */
export function useWindow(
  scroll: RefObject<HTMLElement>,
  count: number,
  height: number,
  keyOf: (index: number) => string
): IWindow {
  const [, draw] = useReducer((times: number) => times + 1, 0);
  const long = count > ALL_ROWS;
  const [rows] = useState(() => new Rows(draw));
  rows.arrange(long ? count : 0, height, keyOf);
  useLayoutEffect(
    () => (long ? rows.follow(scroll.current!) : undefined),
    [long, rows, scroll]
  );
  useLayoutEffect(() => () => rows.dispose(), [rows]);
  // Rows that were drawn for the first time tell their heights before anybody sees them.
  useLayoutEffect(() => rows.settle());
  const measure = useCallback(
    (element: HTMLElement | null) => rows.observe(element),
    [rows]
  );
  return long
    ? { ...rows.inView(), measure }
    : {
        indices: Array.from({ length: count }, (_, index) => index),
        above: 0,
        below: 0,
        measure
      };
}

/** Where the rows of one list are, and which of them are in view. */
class Rows {
  constructor(private readonly draw: () => void) {}

  /** Take over what the list is now. */
  arrange(
    count: number,
    height: number,
    keyOf: (index: number) => string
  ): void {
    if (height !== this.height) {
      // Cards are as high as table rows are not.
      this.heights.clear();
      this.height = height;
      this.typical = null;
    }
    const unknown = this.typical ?? height;
    this.keyOf = keyOf;
    this.offsets = new Float64Array(count + 1);
    for (let index = 0; index < count; index += 1) {
      this.offsets[index + 1] =
        this.offsets[index]! + (this.heights.get(keyOf(index)) ?? unknown);
    }
  }

  /** Draw anew whenever other rows come into view, until the returned function is called. */
  follow(element: HTMLElement): () => void {
    this.element = element;
    const look = () => {
      const [first, last] = this.range();
      if (first !== this.drawn[0] || last !== this.drawn[1]) {
        this.draw();
      }
    };
    element.addEventListener('scroll', look, { passive: true });
    const resized = new ResizeObserver(() => {
      this.viewHeight = element.clientHeight;
      look();
    });
    resized.observe(element);
    this.viewHeight = element.clientHeight;
    // Nothing was known of the element when the rows were drawn first.
    this.draw();
    return () => {
      element.removeEventListener('scroll', look);
      resized.disconnect();
      this.element = null;
    };
  }

  inView(): Omit<IWindow, 'measure'> {
    const [first, last] = (this.drawn = this.range());
    return {
      indices: Array.from({ length: last - first }, (_, n) => first + n),
      above: this.offsets[first]!,
      below: this.offsets[this.offsets.length - 1]! - this.offsets[last]!
    };
  }

  observe(element: HTMLElement | null): void {
    if (element !== null) {
      this.fresh.push(element);
      this.sizes?.observe(element);
    }
  }

  settle(): void {
    const fresh = this.fresh.splice(0);
    if (fresh.length > 0) {
      this.remember(fresh);
    }
  }

  /** First row in view and the one after the last. */
  private range(): [first: number, last: number] {
    const count = this.offsets.length - 1;
    const top = this.element?.scrollTop ?? 0;
    const first = this.rowAt(top - MARGIN);
    const last = this.rowAt(top + this.viewHeight + MARGIN) + 1;
    // A few rows at a time: each time that others come into view costs more than the rows themselves.
    return [
      first - (first % STEP),
      Math.min(count, Math.ceil(last / STEP) * STEP)
    ];
  }

  /** The row at a height, by bisection. */
  private rowAt(offset: number): number {
    let low = 0;
    let high = Math.max(0, this.offsets.length - 2);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.offsets[middle]! <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private remember(elements: readonly HTMLElement[]): void {
    const top = this.element?.scrollTop ?? 0;
    let changed = false;
    let shift = 0;
    for (const element of elements) {
      const index = Number(element.dataset['index']);
      const height = element.getBoundingClientRect().height;
      const key = this.keyOf(index);
      if (height === 0 || Math.abs((this.heights.get(key) ?? 0) - height) < 1) {
        continue;
      }
      this.heights.set(key, height);
      changed = true;
      // NaN in a short list, which moves nothing.
      const end = this.offsets[index + 1]!;
      if (end <= top) {
        shift += height - (end - this.offsets[index]!);
      }
    }
    if (changed && this.offsets.length > 1) {
      if (this.typical === null && top === 0) {
        // The others will be like these. Later that would move what is in view.
        const known = [...this.heights.values()];
        this.typical = known.reduce((sum, one) => sum + one, 0) / known.length;
      }
      this.draw();
    }
    if (shift !== 0 && this.element !== null) {
      this.element.scrollTop = top + shift;
    }
  }

  dispose(): void {
    this.sizes?.disconnect();
  }

  private readonly sizes =
    typeof ResizeObserver === 'undefined'
      ? null
      : new ResizeObserver((entries, sizes) => {
          const elements = entries.map(entry => entry.target as HTMLElement);
          elements
            .filter(element => !element.isConnected)
            .forEach(element => sizes.unobserve(element));
          this.remember(elements.filter(element => element.isConnected));
        });
  private readonly heights = new Map<string, number>();
  private readonly fresh: HTMLElement[] = [];
  private height = 0;
  private typical: number | null = null;
  private offsets = new Float64Array(1);
  private keyOf: (index: number) => string = String;
  private element: HTMLElement | null = null;
  /** Known rather than asked for: asking while scrolling would have the page laid out again and again. */
  private viewHeight = 0;
  private drawn: [first: number, last: number] = [0, 0];
}
