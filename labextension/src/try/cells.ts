import { Json, isWhole } from './oip';

/** One field of a row: what may be typed into it. */
export interface IColumn {
  readonly name: string;
  /** OIP v2 datatype, or `JSON`: a value of any kind, as text. */
  readonly datatype: string;
  /** What the model was shown when it was deployed, numbers only. */
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** Texts of the example: what somebody may mean. */
  readonly seen: readonly string[];
  /** Whether the example has missing texts: then an empty field is one. */
  readonly nullable: boolean;
  /** How its values are to be read (`datetime`), where the tensor says so. */
  readonly contentType?: string;
}

/** Why what is in a field can't be sent. */
export type CellProblem =
  'number' | 'whole' | 'range' | 'inexact' | 'boolean' | 'json' | null;

export interface ICell {
  /** What is sent; the text itself where it is wrong: the model's words may help. */
  readonly value: Json;
  readonly problem: CellProblem;
  /** Whether it lies outside of what the model was shown. */
  readonly unusual: boolean;
}

const WHOLE = /^[+-]?\d+$/;

/** What a text in a column's field means. */
export function parseCell(text: string, column: IColumn): ICell {
  const { datatype } = column;
  if (datatype === 'BYTES') {
    return fine(text === '' && column.nullable ? null : text);
  }
  const trimmed = text.trim();
  if (datatype === 'JSON') {
    return parseJson(text);
  }
  if (datatype === 'BOOL') {
    return trimmed === 'true' || trimmed === 'false'
      ? fine(trimmed === 'true')
      : wrong(text, 'boolean');
  }
  if (isWhole(datatype)) {
    return parseWhole(text, trimmed, column);
  }
  if (trimmed === '' || trimmed.toLowerCase() === 'nan') {
    return fine(null);
  }
  const value = Number(trimmed);
  return Number.isFinite(value)
    ? { value, problem: null, unusual: isUnusual(value, column) }
    : wrong(text, 'number');
}

function parseJson(text: string): ICell {
  try {
    return fine(JSON.parse(text) as Json);
  } catch {
    return wrong(text, 'json');
  }
}

function parseWhole(text: string, trimmed: string, column: IColumn): ICell {
  if (!WHOLE.test(trimmed)) {
    return wrong(text, 'whole');
  }
  const value = Number(trimmed);
  const [least, greatest] = limits(column.datatype);
  if (value < least || value > greatest) {
    return wrong(text, 'range');
  }
  // What a browser rounds would be another number than the one that is read.
  return Number.isSafeInteger(value)
    ? { value, problem: null, unusual: isUnusual(value, column) }
    : wrong(text, 'inexact');
}

/** What a value looks like in a field. */
export const cellText = (value: Json): string =>
  value === null
    ? ''
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);

function limits(datatype: string): [least: number, greatest: number] {
  const bits = Number(/\d+$/.exec(datatype)?.[0] ?? 64);
  return datatype.startsWith('U')
    ? [0, 2 ** bits - 1]
    : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}

const isUnusual = (value: number, { minimum, maximum }: IColumn): boolean =>
  (minimum !== null && value < minimum) ||
  (maximum !== null && value > maximum);

const fine = (value: Json): ICell => ({
  value,
  problem: null,
  unusual: false
});

const wrong = (value: Json, problem: CellProblem): ICell => ({
  value,
  problem,
  unusual: false
});
