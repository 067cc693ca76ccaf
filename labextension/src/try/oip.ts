import type { Model, Signature } from '../api/contract';

/** A JSON value. */
export type Json =
  null | boolean | number | string | Json[] | { [key: string]: Json };

/** A tensor of an Open Inference Protocol v2 request or answer. */
export interface ITensor {
  name: string;
  datatype: string;
  shape: number[];
  data: Json[];
  parameters?: { content_type?: string; [more: string]: Json | undefined };
}

/** An inference request as our runner and every OIP v2 server take it. */
export interface IInferRequest {
  id?: string;
  parameters?: { content_type?: string; [more: string]: Json | undefined };
  inputs: ITensor[];
}

/** Where an example comes from: what it says about real data depends on it. */
export type ExampleOrigin =
  /** Rows of real data, recorded when the model was deployed. */
  | 'recorded'
  /** Zeros that the model took: it was deployed without data. */
  | 'derived'
  /** Zeros of the shape that the signature tells; nobody tried them. */
  | 'made';

export interface IExample {
  readonly request: IInferRequest;
  readonly origin: ExampleOrigin;
}

/** A request that shows what the model takes; null where nothing is known of it. */
export function exampleOf(
  model: Pick<Model, 'example' | 'signature'>
): IExample | null {
  const { example, signature } = model;
  if (isInferRequest(example)) {
    return {
      request: example,
      origin: signature?.derived ? 'derived' : 'recorded'
    };
  }
  return signature ? { request: zeros(signature), origin: 'made' } : null;
}

/** Whether a value has the form of an inference request, with tensors that hold what they should. */
export function isInferRequest(value: unknown): value is IInferRequest {
  if (!isObject(value) || !Array.isArray(value['inputs'])) {
    return false;
  }
  return value['inputs'].length > 0 && value['inputs'].every(isTensor);
}

export function isTensor(value: unknown): value is ITensor {
  return (
    isObject(value) &&
    typeof value['name'] === 'string' &&
    typeof value['datatype'] === 'string' &&
    Array.isArray(value['shape']) &&
    value['shape'].every(size => Number.isInteger(size) && size >= 0) &&
    Array.isArray(value['data'])
  );
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** What decides how inputs are read: `np`, `pd`, `json`; as the runner decides it. */
export function contentType(
  request: IInferRequest,
  signature?: Signature | null
): string {
  const { inputs, parameters } = request;
  const only = inputs.length === 1 ? inputs[0] : undefined;
  const own = only?.parameters?.content_type;
  return (
    parameters?.content_type ??
    (own && ['np', 'pd', 'str', 'json'].includes(own) ? own : undefined) ??
    signature?.content_type ??
    (inputs.length === 1 ? 'np' : 'pd')
  );
}

/** Values of a tensor in one flat list, however they are nested. */
export const flat = (data: Json[]): Json[] =>
  data.some(Array.isArray)
    ? data.flatMap(item => (Array.isArray(item) ? flat(item) : [item]))
    : data;

/** Number of values in a shape. */
export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);

export const isWhole = (datatype: string): boolean => /^U?INT/.test(datatype);

export const isNumeric = (datatype: string): boolean =>
  isWhole(datatype) || datatype.startsWith('FP');

/** Flat values as lists nested like the shape. */
export function nested(values: Json[], shape: readonly number[]): Json {
  if (shape.length <= 1) {
    return shape.length === 1 ? values : (values[0] ?? null);
  }
  const [rows = 0, ...rest] = shape;
  const size = sizeOf(rest);
  return Array.from({ length: rows }, (_, row) =>
    nested(values.slice(row * size, (row + 1) * size), rest)
  );
}

function zeros({ content_type, inputs }: Signature): IInferRequest {
  return {
    parameters: { content_type },
    inputs: inputs.map(({ name, datatype, shape }) => {
      const sizes = shape.map(size => (size < 0 ? 1 : size));
      const value = content_type === 'json' ? 'null' : zeroOf(datatype);
      return {
        name,
        datatype,
        shape: sizes,
        data: Array.from({ length: sizeOf(sizes) }, () => value)
      };
    })
  };
}

function zeroOf(datatype: string): Json {
  return datatype === 'BYTES' ? '' : datatype === 'BOOL' ? false : 0;
}
