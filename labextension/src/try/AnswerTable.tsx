import React from 'react';

import { useTranslation } from '../ui/translation';

/** Values by row and column. */
export function AnswerTable<T>({
  caption,
  columns,
  rows,
  cell
}: {
  /** Said, not shown. */
  caption?: string;
  columns: readonly string[];
  rows: readonly (readonly T[])[];
  /** The `td` of a value. */
  cell: (value: T, key: number) => JSX.Element;
}): JSX.Element {
  const trans = useTranslation();
  return (
    <div className="pd-TableForm-scroll" tabIndex={0}>
      <table className="pd-Answer-table">
        {caption && <caption className="pd-visuallyHidden">{caption}</caption>}
        <thead>
          <tr>
            <th scope="col">{trans.__('Row')}</th>
            {columns.map(name => (
              <th scope="col" key={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, n) => (
            <tr key={n}>
              <th scope="row">{n + 1}</th>
              {row.map(cell)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
