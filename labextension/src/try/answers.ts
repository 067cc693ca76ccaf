import { ITensor, Json, flat, isObject, isTensor, sizeOf } from './oip';

/** An answer as rows and columns. */
export interface IAnswerTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Json[])[];
}

/** An answer as rows and columns, where it is a table: outputs of as many rows, none of more than two dimensions. */
export function answerTable(body: unknown): IAnswerTable | null {
  const outputs = isObject(body) ? body['outputs'] : undefined;
  if (
    !Array.isArray(outputs) ||
    outputs.length === 0 ||
    !outputs.every(isTensor)
  ) {
    return null;
  }
  const parts = outputs.map(output => columnsOf(output, outputs.length > 1));
  const count = (outputs[0] as ITensor).shape[0] ?? 1;
  const columns: string[] = [];
  const values: Json[][] = [];
  for (const part of parts) {
    if (part === null || part.some(([, column]) => column.length !== count)) {
      return null;
    }
    for (const [name, column] of part) {
      columns.push(name);
      values.push(column);
    }
  }
  return {
    columns,
    rows: Array.from({ length: count }, (_, row) =>
      values.map(column => column[row]!)
    )
  };
}

type Column = [name: string, values: Json[]];

function columnsOf(tensor: ITensor, several: boolean): Column[] | null {
  const { name, shape } = tensor;
  const values = valuesOf(tensor);
  if (shape.length > 2 || sizeOf(shape) !== values.length) {
    return null;
  }
  if (shape.length < 2) {
    return [[name, values]];
  }
  const width = shape[1]!;
  return Array.from({ length: width }, (_, n): Column => [
    several || width > 1 ? `${name}[${n}]` : name,
    values.filter((_value, position) => position % width === n)
  ]);
}

/** Values of an output; those that are JSON texts as what they mean. */
export function valuesOf({ data, parameters }: ITensor): Json[] {
  const values = flat(data);
  if (parameters?.content_type !== 'json') {
    return values;
  }
  return values.map(value => {
    try {
      return typeof value === 'string' ? (JSON.parse(value) as Json) : value;
    } catch {
      return value;
    }
  });
}

/** What an answer says, without the envelope of the protocol: what people compare. */
export function meaningOf(body: unknown): Json {
  const outputs = isObject(body) ? body['outputs'] : undefined;
  if (!Array.isArray(outputs) || !outputs.every(isTensor)) {
    return (body ?? null) as Json;
  }
  return Object.fromEntries(
    outputs.map(output => [output.name, valuesOf(output)])
  );
}

/** The words of whoever refused or failed, wherever they put them. */
export function errorWords(body: unknown): string {
  if (typeof body === 'string') {
    return body.trim();
  }
  const error = isObject(body) ? (body['error'] ?? body['message']) : undefined;
  if (isObject(error)) {
    const words = error['message'] ?? error['code'];
    return typeof words === 'string' ? words : JSON.stringify(error);
  }
  return typeof error === 'string' ? error : JSON.stringify(body);
}
