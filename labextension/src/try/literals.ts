import type { Json } from './oip';

/** What is wider than this is written over several lines. */
const WIDTH = 76;

/** Code that stands for itself between literals. */
export class Code {
  constructor(readonly text: string) {}
}

/** A JSON value, some parts of which are code. */
export type Literal =
  | null
  | boolean
  | number
  | string
  | Code
  | readonly Literal[]
  | { readonly [key: string]: Literal };

/**
 * A value as Python writes it.
 *
 * @param indent - How far the line that it begins on is indented.
 */
export const pythonLiteral = (value: Literal, indent = 0): string =>
  literal(value, indent, pythonScalar);

/** A value as JavaScript writes it. */
export const javascriptLiteral = (value: Literal, indent = 0): string =>
  literal(value, indent, JSON.stringify);

/** A JSON value as text that people can edit: rows stay on one line where they are short. */
export const formatJson = (value: Json): string => javascriptLiteral(value);

type Scalar = (value: null | boolean | number | string) => string;

function literal(value: Literal, indent: number, scalar: Scalar): string {
  const line = oneLine(value, scalar);
  if (indent + line.length <= WIDTH || !isCompound(value)) {
    return line;
  }
  const inner = ' '.repeat(indent + 4);
  const lines = Array.isArray(value)
    ? value.some(isCompound)
      ? value.map((item: Literal) => literal(item, indent + 4, scalar))
      : filled(
          value.map((item: Literal) => oneLine(item, scalar)),
          WIDTH - indent - 4
        )
    : Object.entries(value).map(
        // Python reads a text as JSON writes it.
        ([key, item]) =>
          `${JSON.stringify(key)}: ${literal(item, indent + 4, scalar)}`
      );
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const body = lines.map(text => inner + text).join(',\n');
  return `${open}\n${body}\n${' '.repeat(indent)}${close}`;
}

function oneLine(value: Literal, scalar: Scalar): string {
  if (value instanceof Code) {
    return value.text;
  }
  if (!isCompound(value)) {
    return scalar(value);
  }
  return Array.isArray(value)
    ? `[${value.map((item: Literal) => oneLine(item, scalar)).join(', ')}]`
    : `{${Object.entries(value)
        .map(
          ([key, item]) => `${JSON.stringify(key)}: ${oneLine(item, scalar)}`
        )
        .join(', ')}}`;
}

const isCompound = (
  value: Literal
): value is readonly Literal[] | { readonly [key: string]: Literal } =>
  value !== null && typeof value === 'object' && !(value instanceof Code);

/** Short items, as many to a line as there is room for: a thousand numbers aren't a thousand lines. */
function filled(items: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const item of items) {
    if (line && line.length + 2 + item.length > width) {
      lines.push(line);
      line = item;
    } else {
      line = line ? `${line}, ${item}` : item;
    }
  }
  return line ? [...lines, line] : lines;
}

function pythonScalar(value: null | boolean | number | string): string {
  switch (value) {
    case null:
      return 'None';
    case true:
      return 'True';
    case false:
      return 'False';
  }
  return JSON.stringify(value);
}
