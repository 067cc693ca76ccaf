import type { ISpan } from './ansi';
import type { Range } from './search';

/** A piece of a line that is drawn in one way. */
export interface ISegment {
  readonly text: string;
  readonly span: ISpan | null;
  readonly found: boolean;
}

/** Cut a line where its colours or what was found in it begin and end. Both are in order and don't overlap themselves. */
export function segmentsOf(
  text: string,
  spans: readonly ISpan[],
  ranges: readonly Range[]
): ISegment[] {
  if (spans.length === 0 && ranges.length === 0) {
    return [{ text, span: null, found: false }];
  }
  const cuts = new Set([0, text.length]);
  spans.forEach(({ from, to }) => cuts.add(from).add(to));
  ranges.forEach(([from, to]) => cuts.add(from).add(to));
  const ordered = [...cuts].sort((one, other) => one - other);
  return ordered.slice(0, -1).map((from, index) => ({
    text: text.slice(from, ordered[index + 1]),
    span: spans.find(span => span.from <= from && from < span.to) ?? null,
    found: ranges.some(range => range[0] <= from && from < range[1])
  }));
}
