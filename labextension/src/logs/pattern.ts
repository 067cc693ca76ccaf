/**
 * Whether an expression repeats without end what itself repeats without end or has alternatives, like `(a+)+` or
 * `(a|a)*`. On a line that nearly matches such a one can take longer than anybody waits, and nothing can stop it.
 */
export function repeatsRepetition(source: string): boolean {
  /** Of each open group: whether there is something endless or a choice in it. */
  const groups: boolean[] = [];
  let last = false;
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at];
    if (character === '\\') {
      at += 1;
      last = false;
    } else if (character === '[') {
      at = endOfClass(source, at);
      last = false;
    } else if (character === '(') {
      groups.push(false);
      last = false;
    } else if (character === ')') {
      last = groups.pop() ?? false;
      if (last) {
        within(groups);
      }
    } else if (character === '|') {
      within(groups);
      last = false;
    } else if (ENDLESS.test(source.slice(at))) {
      if (last) {
        return true;
      }
      within(groups);
    } else {
      last = false;
    }
  }
  return false;
}

/** `*`, `+`, `{2,}`, and counts that are as good as endless. */
const ENDLESS = /^(?:[*+]|\{\d+,\}|\{(?:\d+,)?\d{2,}\})/;

function within(groups: boolean[]): void {
  if (groups.length > 0) {
    groups[groups.length - 1] = true;
  }
}

function endOfClass(source: string, from: number): number {
  let at = from + 1;
  while (at < source.length && source[at] !== ']') {
    at += source[at] === '\\' ? 2 : 1;
  }
  return at;
}
