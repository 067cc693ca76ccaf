import { placeOfSearch } from '../model/link';

/** Names one line for good: what a link to it carries. */
export interface ILineReference {
  readonly id: string;
  /** `<replica>.<attempt>` or `<replica>/<container>.<attempt>`. */
  readonly source: string;
  readonly position: number;
  /** ISO 8601; where the line would be, were it no longer kept. */
  readonly time: string;
}

const SHAPE =
  /(?:^|[\s#&?=])log:([a-z0-9-]+)\/([a-z0-9./-]+\.\d+)@(\d+)~([\dT:.Z-]+)/i;

/** A line of a log that the place already names: `1-0.1@51200~2026-11-23T09:40:24.123456Z`. */
export const writeLine = ({
  source,
  position,
  time
}: Omit<ILineReference, 'id'>): string => `${source}@${position}~${time}`;

export const readLine = (id: string, line: string): ILineReference | null =>
  readReference(`log:${id}/${line}`);

/** `log:iris/1-0.1@51200~2026-11-23T09:40:24.123456Z`. */
export function writeReference(line: ILineReference): string {
  return `log:${line.id}/${writeLine(line)}`;
}

/** The reference in a text, such as a link that was pasted; null where there is none. */
export function readReference(text: string): ILineReference | null {
  const query = text.indexOf('?');
  const place = query < 0 ? null : placeOfSearch(text.slice(query));
  if (place?.view === 'deployment' && place.line) {
    return readLine(place.id, place.line);
  }
  const match = SHAPE.exec(text);
  return match
    ? {
        id: match[1]!,
        source: match[2]!,
        position: Number(match[3]),
        time: match[4]!
      }
    : null;
}
