import React from 'react';

import type { Model, Tensor } from '../api/contract';
import { formatMemory } from '../model/quantities';
import { useTranslation } from '../ui/translation';
import { useForm } from './context';
import { DriftLine } from './DriftLine';

/** So many columns are shown at first. */
const SHOWN = 12;

/** What is known of a model: where it runs, what goes in, with ranges and an example. */
export function ModelFacts({ model }: { model: Model }): JSX.Element {
  const trans = useTranslation();
  const { me } = useForm();
  const { signature, packages = {} } = model;
  const { images: contained, runner_image } = me.engine;
  const image = model.image || runner_image;
  const libraries = Object.entries(packages).map(
    ([name, version]) => `${name} ${version}`
  );
  return (
    <div className="pd-ModelFacts">
      <p className="pd-ModelFacts-line">
        {[
          formatMemory(model.size),
          model.python_version &&
            (contained
              ? trans.__('trained with Python %1', model.python_version)
              : trans.__('Python %1', model.python_version)),
          ...libraries
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      <p className="pd-ModelFacts-line pd-breakable">
        {contained
          ? image && trans.__('Runs in the image %1', image)
          : trans.__('Runs with %1', model.interpreter)}
      </p>
      {contained && model.artifact && <DriftLine model={model} />}
      {signature ? (
        <Inputs model={model} />
      ) : (
        <p className="pd-ModelFacts-line">
          {trans.__(
            'Nothing is known of what goes in: it was stored without an example.'
          )}
        </p>
      )}
    </div>
  );
}

interface IColumn {
  name: string;
  type: string;
  range: string;
  example: string;
}

function Inputs({ model }: { model: Model }): JSX.Element {
  const trans = useTranslation();
  const [all, setAll] = React.useState(false);
  const columns = columnsOf(model);
  const shown = all ? columns : columns.slice(0, SHOWN);
  const ranged = columns.some(({ range }) => range !== '');
  return (
    <div
      className="pd-ModelFacts-scroll"
      tabIndex={0}
      role="group"
      aria-label={trans.__('What goes in')}
    >
      <table className="pd-ModelFacts-table">
        <thead>
          <tr>
            <th scope="col">{trans.__('Column')}</th>
            <th scope="col">{trans.__('Type')}</th>
            {ranged && <th scope="col">{trans.__('Range')}</th>}
            <th scope="col">{trans.__('Example')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(column => (
            <tr key={column.name}>
              <th scope="row">{column.name}</th>
              <td>{column.type}</td>
              {ranged && <td>{column.range}</td>}
              <td>{column.example}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length < columns.length && (
        <button type="button" className="pd-Link" onClick={() => setAll(true)}>
          {trans.__('and %1 more', columns.length - shown.length)}
        </button>
      )}
      {model.signature?.derived && (
        <p className="pd-ModelFacts-line">
          {trans.__(
            'Made from what the model tells about itself: the example is a row of zeros.'
          )}
        </p>
      )}
    </div>
  );
}

interface IExampleInput {
  name?: string;
  shape?: number[];
  data?: unknown;
}

/** A row for each column; of one array, for the array. */
export function columnsOf({ signature, example }: Model): IColumn[] {
  const inputs = (example?.['inputs'] ?? []) as IExampleInput[];
  return (signature?.inputs ?? []).map((tensor, index) => ({
    name: tensor.name,
    type: typeOf(tensor),
    range: rangeOf(tensor),
    example: exampleOf(
      inputs.find(({ name }) => name === tensor.name) ?? inputs[index]
    )
  }));
}

function typeOf({ datatype, shape }: Tensor): string {
  const size = shape.filter((length, index) => index > 0 || length !== -1);
  return size.length === 0 || (size.length === 1 && size[0] === 1)
    ? datatype
    : `${datatype} × ${size.join(' × ')}`;
}

function rangeOf({ minimum, maximum }: Tensor): string {
  return minimum === null ||
    minimum === undefined ||
    maximum === null ||
    maximum === undefined
    ? ''
    : `${short(minimum)} – ${short(maximum)}`;
}

/** The first row. */
function exampleOf(input: IExampleInput | undefined): string {
  const data = Array.isArray(input?.data) ? (input.data as unknown[]) : [];
  const width = (input?.shape ?? [])
    .slice(1)
    .reduce((all, one) => all * one, 1);
  const row = data.flat(4).slice(0, Math.max(1, Math.min(width, 8)));
  const text = row.map(short).join(', ');
  return width > row.length ? `${text}, …` : text;
}

function short(value: unknown): string {
  const text =
    typeof value === 'number'
      ? String(Number(value.toPrecision(5)))
      : typeof value === 'string'
        ? value
        : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
