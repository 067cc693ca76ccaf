import type { Signature } from '../api/contract';
import {
  IInferRequest,
  ITensor,
  Json,
  contentType,
  flat,
  isNumeric,
  nested
} from './oip';

/** Path of Seldon's prediction route below an endpoint. */
export const SELDON_PATH = 'api/v1.0/predictions';

/**
 * The same request in Seldon's protocol v1, as PrimeHub's page showed it: `data.tensor` where everything is a number,
 * `data.ndarray` for a table that holds texts, `jsonData` for any other value.
 *
 * Null where that protocol can't say it: times are texts there, and only tables have rows.
 */
export function seldonRequest(
  request: IInferRequest,
  signature?: Signature | null
): Json | null {
  const { inputs, parameters } = request;
  const method = parameters?.['method'];
  const meta: Record<string, Json> =
    typeof method === 'string' ? { meta: { tags: { method } } } : {};
  switch (contentType(request, signature)) {
    case 'pd': {
      const data = table(inputs);
      return data && { ...meta, data };
    }
    case 'np':
      return inputs.length === 1
        ? { ...meta, data: oneArray(inputs[0]!) }
        : null;
    case 'json': {
      const value = jsonValue(inputs[0]!);
      return value === undefined ? null : { ...meta, jsonData: value };
    }
    default:
      return null;
  }
}

function table(columns: readonly ITensor[]): Json | null {
  const rows = columns[0]!.shape[0] ?? 0;
  const values = columns.map(column => flat(column.data));
  if (
    columns.some(column => column.parameters?.content_type === 'datetime') ||
    values.some(column => column.length !== rows)
  ) {
    return null;
  }
  const names = columns.map(column => column.name);
  const byRow = Array.from({ length: rows }, (_, row) =>
    values.map(column => column[row]!)
  );
  return columns.every(column => isNumeric(column.datatype))
    ? {
        names,
        tensor: {
          shape: [rows, columns.length],
          values: byRow.flat() as Json[]
        }
      }
    : { names, ndarray: byRow };
}

function oneArray({ datatype, shape, data }: ITensor): Json {
  const values = flat(data);
  return isNumeric(datatype)
    ? { tensor: { shape, values } }
    : { ndarray: nested(values, shape) };
}

/** The JSON value that a tensor of content type `json` carries as text. */
export function jsonValue(tensor: ITensor): Json | undefined {
  try {
    const values = tensor.data.map(item =>
      typeof item === 'string' ? (JSON.parse(item) as Json) : item
    );
    return values.length === 1 ? values[0] : values;
  } catch {
    return undefined;
  }
}
