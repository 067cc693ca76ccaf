import type { Signature, Tensor } from '../api/contract';
import { IColumn, cellText, parseCell } from './cells';
import { formatJson } from './literals';
import {
  IInferRequest,
  ITensor,
  Json,
  contentType,
  flat,
  isObject,
  sizeOf
} from './oip';
import { jsonValue } from './seldon';

/** More fields than this are no form any more. */
const MOST_COLUMNS = 100;
const MOST_ROWS = 50;

/** How rows of fields are written down as a request. */
export type Layout =
  /** A tensor for each column of a data frame. */
  | 'columns'
  /** One tensor of rows and columns. */
  | 'matrix'
  /** One tensor, a value for each row. */
  | 'vector'
  /** One tensor that is a single row. */
  | 'row'
  /** A JSON object, or a list of those. */
  | 'object'
  | 'objects'
  /** A JSON value, or a list of those. */
  | 'value'
  | 'values';

/** A request as rows of fields. */
export interface ITable {
  readonly layout: Layout;
  readonly columns: readonly IColumn[];
  readonly rows: readonly (readonly string[])[];
  /** Whether rows can be added and taken away. */
  readonly growable: boolean;
}

/**
 * A request as rows of fields; null where it is none: arrays of three dimensions, nested JSON, very many values.
 *
 * @param signature - Tells types and ranges.
 * @param example - Tells which texts there are.
 */
export function tableOf(
  request: IInferRequest,
  signature?: Signature | null,
  example?: IInferRequest | null
): ITable | null {
  const table = draft(request, signature, example ?? request);
  return table &&
    table.columns.length > 0 &&
    table.columns.length <= MOST_COLUMNS &&
    table.rows.length <= MOST_ROWS
    ? table
    : null;
}

function draft(
  request: IInferRequest,
  signature: Signature | null | undefined,
  example: IInferRequest
): ITable | null {
  const [first] = request.inputs;
  switch (contentType(request, signature)) {
    case 'pd':
      return columnsTable(request.inputs, signature, example);
    case 'np':
      return arrayTable(first!, signature?.inputs[0]);
    case 'json': {
      const value = jsonValue(first!);
      return value === undefined
        ? null
        : (valueTable(value) ?? textTable(value));
    }
    default:
      return null;
  }
}

function columnsTable(
  inputs: readonly ITensor[],
  signature: Signature | null | undefined,
  example: IInferRequest
): ITable | null {
  const values = inputs.map(input => flat(input.data));
  const count = values[0]!.length;
  if (
    values.some(column => column.length !== count) ||
    inputs.some(({ shape }) => sizeOf(shape) !== count)
  ) {
    return null;
  }
  const columns = inputs.map(input => {
    const known = signature?.inputs.find(one => one.name === input.name);
    const shown = example.inputs.find(one => one.name === input.name);
    return columnOf(
      input.name,
      known?.datatype ?? input.datatype,
      known,
      flat(shown?.data ?? []),
      input.parameters?.content_type
    );
  });
  const rows = Array.from({ length: count }, (_, row) =>
    values.map(column => cellText(column[row]!))
  );
  return { layout: 'columns', columns, rows, growable: true };
}

function arrayTable(tensor: ITensor, known?: Tensor): ITable | null {
  const { shape, datatype } = tensor;
  const values = flat(tensor.data);
  if (
    sizeOf(shape) !== values.length ||
    shape.length === 0 ||
    shape.length > 2
  ) {
    return null;
  }
  const growable = known === undefined || known.shape[0] === -1;
  const type = known?.datatype ?? datatype;
  if (shape.length === 1 && growable) {
    const column = columnOf(tensor.name, type, known, values);
    const rows = values.map(value => [cellText(value)]);
    return { layout: 'vector', columns: [column], rows, growable };
  }
  const width = shape[shape.length - 1]!;
  const columns = Array.from({ length: width }, (_, number) =>
    columnOf(
      String(number),
      type,
      known,
      values.filter((_value, position) => position % width === number)
    )
  );
  const count = shape.length === 1 ? 1 : shape[0]!;
  const rows = Array.from({ length: count }, (_, row) =>
    values.slice(row * width, (row + 1) * width).map(cellText)
  );
  const layout = shape.length === 1 ? 'row' : 'matrix';
  return { layout, columns, rows, growable: growable && layout === 'matrix' };
}

function valueTable(value: Json): ITable | null {
  const list = Array.isArray(value);
  const items: Json[] = list ? value : [value];
  const [first] = items;
  if (first === undefined) {
    return null;
  }
  if (!isObject(first)) {
    const column = scalarColumn('value', items);
    const rows = items.map(item => [cellText(item)]);
    const layout = list ? 'values' : 'value';
    return column && { layout, columns: [column], rows, growable: list };
  }
  const names = Object.keys(first);
  const columns: IColumn[] = [];
  for (const name of names) {
    const column = items.every(
      item => isObject(item) && Object.keys(item).length === names.length
    )
      ? scalarColumn(
          name,
          items.map(item => (item as { [key: string]: Json })[name])
        )
      : null;
    if (column === null) {
      return null;
    }
    columns.push(column);
  }
  const rows = items.map(item =>
    names.map(name => cellText((item as { [key: string]: Json })[name]!))
  );
  const layout = list ? 'objects' : 'object';
  return { layout, columns, rows, growable: list };
}

/** Any JSON value: one field that holds it as text. */
const textTable = (value: Json): ITable => ({
  layout: 'value',
  columns: [columnOf('value', 'JSON', undefined, [])],
  rows: [[formatJson(value)]],
  growable: false
});

/** A column for scalars of one kind; null for anything else. */
function scalarColumn(
  name: string,
  values: readonly (Json | undefined)[]
): IColumn | null {
  const kinds = new Set(values.map(value => typeof value));
  const [kind] = kinds;
  if (kinds.size !== 1) {
    return null;
  }
  switch (kind) {
    case 'number':
      return columnOf(name, 'FP64', undefined, []);
    case 'boolean':
      return columnOf(name, 'BOOL', undefined, []);
    case 'string':
      return columnOf(name, 'BYTES', undefined, []);
    default:
      return null;
  }
}

function columnOf(
  name: string,
  datatype: string,
  known: Tensor | undefined,
  shown: readonly Json[],
  content?: string
): IColumn {
  return {
    name,
    datatype,
    minimum: known?.minimum ?? null,
    maximum: known?.maximum ?? null,
    seen:
      datatype === 'BYTES'
        ? [
            ...new Set(
              shown.filter((one): one is string => typeof one === 'string')
            )
          ]
        : [],
    nullable: datatype === 'BYTES' && shown.includes(null),
    contentType: content
  };
}

/**
 * The request that rows of fields mean.
 *
 * @param base - What it was made from: method, id and names of it stay.
 */
export function requestOf(table: ITable, base: IInferRequest): IInferRequest {
  const { layout, columns, rows } = table;
  const values = rows.map(row =>
    row.map((text, n) => parseCell(text, columns[n]!).value)
  );
  const [first] = base.inputs;
  switch (layout) {
    case 'columns':
      return {
        ...base,
        inputs: columns.map(({ name, datatype, contentType: content }, n) => ({
          name,
          datatype,
          shape: [rows.length],
          ...(content ? { parameters: { content_type: content } } : {}),
          data: values.map(row => row[n]!)
        }))
      };
    case 'matrix':
    case 'vector':
    case 'row': {
      const shape =
        layout === 'matrix'
          ? [rows.length, columns.length]
          : [layout === 'vector' ? rows.length : columns.length];
      const { datatype } = columns[0]!;
      const data = values.flatMap(row => row);
      return { ...base, inputs: [{ ...first!, datatype, shape, data }] };
    }
    default: {
      const items: Json[] =
        layout === 'object' || layout === 'objects'
          ? values.map(row =>
              Object.fromEntries(columns.map(({ name }, n) => [name, row[n]!]))
            )
          : values.map(row => row[0]!);
      const value =
        layout === 'object' || layout === 'value' ? items[0]! : items;
      const data = [JSON.stringify(value)];
      return { ...base, inputs: [{ ...first!, shape: [1], data }] };
    }
  }
}

/** Whether every field holds what can be sent. */
export const isComplete = ({ columns, rows }: ITable): boolean =>
  rows.every(row =>
    row.every((text, n) => parseCell(text, columns[n]!).problem === null)
  );

export const withCell = (
  table: ITable,
  at: number,
  column: number,
  text: string
): ITable => ({
  ...table,
  rows: table.rows.map((row, n) =>
    n === at ? row.map((cell, k) => (k === column ? text : cell)) : row
  )
});

/** One more row, like the one before it. */
export const withRow = (table: ITable): ITable =>
  table.rows.length < MOST_ROWS
    ? {
        ...table,
        rows: [
          ...table.rows,
          [
            ...(table.rows[table.rows.length - 1] ??
              table.columns.map(() => ''))
          ]
        ]
      }
    : table;

export const withoutRow = (table: ITable, at: number): ITable => ({
  ...table,
  rows: table.rows.filter((_, n) => n !== at)
});
