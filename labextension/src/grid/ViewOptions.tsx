import React, { useRef, useState } from 'react';

import {
  COLUMNS,
  Column,
  ISort,
  SORT_KEYS,
  SortKey,
  sortedBy,
  toggled
} from '../model/columns';
import type { ListView } from '../model/preferences';
import { CardsGlyph, OptionsGlyph, TableGlyph } from '../ui/glyphs';
import { Popover } from '../ui/Popover';
import { useTranslation } from '../ui/translation';
import { columnTitle } from './columnWords';

export interface IViewOptions {
  readonly layout: ListView;
  readonly columns: readonly Column[];
  readonly sort: ISort;
  /** Whether the engine measures traffic. */
  readonly metered: boolean;
}

export interface IViewOptionsProps {
  options: IViewOptions;
  onLayout: (layout: ListView) => void;
  /** Empty: the usual ones. */
  onColumns: (columns: readonly Column[]) => void;
  onSort: (sort: ISort) => void;
  /** Copies a link to what is shown. */
  onShare: () => void;
}

/** Cards or a table, the order, and the columns of the table. */
export function ViewOptions(props: IViewOptionsProps): JSX.Element {
  const { options, onLayout } = props;
  const trans = useTranslation();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const choice = (layout: ListView, label: string, icon: JSX.Element) => (
    <button
      type="button"
      className="pd-IconButton"
      aria-label={label}
      title={label}
      aria-pressed={options.layout === layout}
      onClick={() => onLayout(layout)}
    >
      {icon}
    </button>
  );
  const label = trans.__('View options');
  return (
    <div className="pd-ViewOptions">
      <div className="pd-Segments" role="group" aria-label={trans.__('Layout')}>
        {choice('grid', trans.__('Cards'), <CardsGlyph />)}
        {choice('table', trans.__('Table'), <TableGlyph />)}
      </div>
      <button
        ref={button}
        type="button"
        className="pd-IconButton"
        aria-label={label}
        title={label}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <OptionsGlyph />
      </button>
      {open && (
        <Popover
          anchor={button}
          role="dialog"
          label={label}
          className="pd-Options"
          onClose={() => setOpen(false)}
        >
          <Options {...props} />
        </Popover>
      )}
    </div>
  );
}

function Options(props: IViewOptionsProps): JSX.Element {
  const { options, onColumns, onSort, onShare } = props;
  const { columns, sort } = options;
  const trans = useTranslation();
  const there = (key: Column | SortKey) => options.metered || key !== 'traffic';
  return (
    <>
      <label className="pd-Options-sort">
        <span>{trans.__('Sort by')}</span>
        <select
          data-first
          className="pd-Select"
          value={sort.by}
          onChange={event =>
            onSort(sortedBy(sort, event.target.value as SortKey))
          }
        >
          {SORT_KEYS.filter(there).map(key => (
            <option key={key} value={key}>
              {columnTitle(key, trans)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <input
          type="checkbox"
          checked={sort.descending}
          onChange={event =>
            onSort({ ...sort, descending: event.target.checked })
          }
        />
        {trans.__('Descending')}
      </label>
      {options.layout === 'table' && (
        <fieldset>
          <legend>{trans.__('Columns')}</legend>
          {COLUMNS.filter(there).map(column => (
            <label key={column}>
              <input
                type="checkbox"
                checked={columns.includes(column)}
                // Without any, nobody would know what is wrong.
                disabled={columns.length === 1 && columns[0] === column}
                onChange={() => onColumns(toggled(columns, column))}
              />
              {columnTitle(column, trans)}
            </label>
          ))}
          <button
            type="button"
            className="pd-Link"
            onClick={() => onColumns([])}
          >
            {trans.__('The usual columns')}
          </button>
        </fieldset>
      )}
      <button type="button" className="pd-Button" onClick={onShare}>
        {trans.__('Copy link to this list')}
      </button>
    </>
  );
}
