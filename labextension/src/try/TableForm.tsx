import { addIcon, closeIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useId } from 'react';

import { shortNumber } from '../model/quantities';
import { useTranslation } from '../ui/translation';
import { CellProblem, IColumn, parseCell } from './cells';
import { ITable, withCell, withRow, withoutRow } from './table';

export interface ITableFormProps {
  table: ITable;
  onChange: (table: ITable) => void;
}

/** Rows of fields: one row is a form, several are a table. */
export function TableForm({ table, onChange }: ITableFormProps): JSX.Element {
  const trans = useTranslation();
  const { columns, rows, growable } = table;
  const cell = (row: number, column: number) => (
    <Cell
      key={column}
      column={columns[column]!}
      row={rows.length > 1 ? row + 1 : null}
      text={rows[row]![column]!}
      onChange={text => onChange(withCell(table, row, column, text))}
    />
  );
  return (
    <div className="pd-TableForm">
      {rows.length === 1 ? (
        <div className="pd-TableForm-fields">
          {columns.map((_, column) => cell(0, column))}
        </div>
      ) : (
        <div className="pd-TableForm-scroll" tabIndex={0}>
          <table className="pd-TableForm-table">
            <thead>
              <tr>
                <th scope="col">{trans.__('Row')}</th>
                {columns.map(column => (
                  <th scope="col" key={column.name}>
                    {column.name}
                    <span className="pd-TableForm-hint">
                      {hint(column, trans)}
                    </span>
                  </th>
                ))}
                {growable && (
                  <th scope="col">
                    <span className="pd-visuallyHidden">
                      {trans.__('Remove')}
                    </span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {rows.map((_, row) => (
                <tr key={row}>
                  <th scope="row">{row + 1}</th>
                  {columns.map((__, column) => (
                    <td key={column}>{cell(row, column)}</td>
                  ))}
                  {growable && (
                    <td>
                      <button
                        type="button"
                        className="pd-IconButton"
                        aria-label={trans.__('Remove row %1', row + 1)}
                        title={trans.__('Remove row %1', row + 1)}
                        onClick={() => onChange(withoutRow(table, row))}
                      >
                        <closeIcon.react tag="span" width="16px" />
                      </button>
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {growable && (
        <button
          type="button"
          className="pd-Button pd-mod-icon"
          onClick={() => onChange(withRow(table))}
        >
          <addIcon.react tag="span" width="14px" />
          {trans.__('Add a row')}
        </button>
      )}
    </div>
  );
}

/** One value: with its label where it stands alone, in a table under that of its column. */
function Cell({
  column,
  row,
  text,
  onChange
}: {
  column: IColumn;
  /** Number of the row, in a table; null: there is only one. */
  row: number | null;
  text: string;
  onChange: (text: string) => void;
}): JSX.Element {
  const trans = useTranslation();
  const id = useId();
  const { problem, unusual } = parseCell(text, column);
  const words = problem
    ? problemWords(problem, column, trans)
    : unusual
      ? trans.__('outside of the range that was recorded')
      : '';
  const alone = row === null;
  const about = alone ? hint(column, trans) : '';
  const described = [words && `${id}-words`, about && `${id}-hint`]
    .filter(Boolean)
    .join(' ');
  return (
    <div
      className={`pd-Field${problem ? ' pd-mod-invalid' : ''}${column.datatype === 'JSON' ? ' pd-mod-wide' : ''}`}
    >
      {alone && <label htmlFor={id}>{column.name}</label>}
      <Input
        id={id}
        aria-label={
          alone ? undefined : trans.__('%1, row %2', column.name, row)
        }
        aria-invalid={problem !== null}
        aria-describedby={described || undefined}
        column={column}
        text={text}
        onText={onChange}
      />
      {words && (
        <p
          className={problem ? 'pd-Field-message' : 'pd-Field-unusual'}
          id={`${id}-words`}
        >
          {words}
        </p>
      )}
      {about && (
        <p className="pd-Field-hint" id={`${id}-hint`}>
          {about}
        </p>
      )}
    </div>
  );
}

interface IInputProps {
  id: string;
  'aria-label': string | undefined;
  'aria-invalid': boolean;
  'aria-describedby': string | undefined;
  column: IColumn;
  text: string;
  onText: (text: string) => void;
}

function Input({ column, text, onText, ...ids }: IInputProps): JSX.Element {
  const trans = useTranslation();
  const list = useId();
  const { datatype, seen, nullable, contentType } = column;
  if (datatype === 'BOOL') {
    return (
      <select
        {...ids}
        className="pd-Select"
        value={text}
        onChange={event => onText(event.target.value)}
      >
        {text !== 'true' && text !== 'false' && (
          <option value={text}>{text || trans.__('choose')}</option>
        )}
        <option value="true">{trans.__('true')}</option>
        <option value="false">{trans.__('false')}</option>
      </select>
    );
  }
  if (datatype === 'JSON') {
    return (
      <textarea
        {...ids}
        className="pd-Code"
        rows={8}
        spellCheck={false}
        value={text}
        onChange={event => onText(event.target.value)}
      />
    );
  }
  const texts = datatype === 'BYTES';
  const choices = texts && contentType !== 'datetime' && seen.length > 0;
  return (
    <>
      <input
        {...ids}
        type="text"
        inputMode={texts ? undefined : 'decimal'}
        list={choices ? list : undefined}
        placeholder={
          nullable || datatype.startsWith('FP')
            ? trans.__('missing')
            : undefined
        }
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={event => onText(event.target.value)}
      />
      {choices && (
        <datalist id={list}>
          {seen.map(one => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </>
  );
}

/** Type and range of a column. */
function hint(column: IColumn, trans: TranslationBundle): string {
  const { datatype, minimum, maximum, contentType } = column;
  const type =
    contentType === 'datetime'
      ? trans.__('date and time, ISO 8601')
      : datatype === 'BYTES'
        ? trans.__('text')
        : datatype;
  return minimum !== null && maximum !== null
    ? trans.__(
        '%1, seen: %2 – %3',
        type,
        shortNumber(minimum),
        shortNumber(maximum)
      )
    : type;
}

function problemWords(
  problem: NonNullable<CellProblem>,
  { datatype }: IColumn,
  trans: TranslationBundle
): string {
  switch (problem) {
    case 'number':
      return trans.__('must be a number, such as 1.5');
    case 'whole':
      return trans.__('must be a whole number');
    case 'range':
      return trans.__('is more than %1 can hold', datatype);
    case 'inexact':
      return trans.__('is too large for a browser to send exactly');
    case 'boolean':
      return trans.__('must be true or false');
    case 'json':
      return trans.__('must be JSON');
  }
}
