import { ILineReference, writeReference } from './reference';
import type { ILine } from './store';

/** The line that the log of a deployment is to open at, once somebody shows it. */
const expected = new Map<string, ILineReference>();

/** Let the log of a deployment open at a line: whoever shows that log next goes there. */
export function expectLine(reference: ILineReference): void {
  expected.set(reference.id, reference);
}

export function takeExpected(id: string): ILineReference | null {
  const reference = expected.get(id) ?? null;
  expected.delete(id);
  return reference;
}

/** A link that can be sent to others: the address of this page, with the line behind the hash. */
export function linkTo(id: string, line: ILine, address: string): string {
  const { source, position, iso } = line;
  return `${address.split('#')[0]}#${writeReference({ id, source, position, time: iso })}`;
}
