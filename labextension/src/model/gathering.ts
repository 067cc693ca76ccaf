/** Gathers what comes close together, and hands it on at once. */
export class Gathering<Item> {
  /**
   * @param pause - How long it waits for more after the first (ms).
   * @param take - Given all that came, in its order.
   */
  constructor(
    private readonly pause: number,
    private readonly take: (items: readonly Item[]) => void
  ) {}

  add(item: Item): void {
    this.items.push(item);
    this.timer ??= setTimeout(() => {
      const { items } = this;
      this.items = [];
      this.timer = undefined;
      this.take(items);
    }, this.pause);
  }

  private items: Item[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
}

/** More than these are told of together. */
export const FEW = 3;
/** So many names stand for all. */
const NAMED = 3;

/** The first names, and how many more there are. */
export function namesShown(names: readonly string[]): {
  shown: string;
  more: number;
} {
  const shown = names.length > NAMED + 1 ? names.slice(0, NAMED) : names;
  return { shown: shown.join(', '), more: names.length - shown.length };
}
