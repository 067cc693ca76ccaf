import type { Place } from '../model/place';
import { ILineReference, writeLine } from './reference';
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

/** The place of a line: its address is a link that can be sent to others. */
export const placeOfLine = (id: string, line: ILine): Place => ({
  view: 'deployment',
  id,
  tab: 'logs',
  line: writeLine({ ...line, time: line.iso })
});
