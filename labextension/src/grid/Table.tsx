import React, { useEffect, useRef } from 'react';

import { Column, ISort, SORT_KEYS, SortKey, sortedBy } from '../model/columns';
import { AscendingGlyph, DescendingGlyph } from '../ui/glyphs';
import { Spacer } from '../ui/Spacer';
import { useTranslation } from '../ui/translation';
import { useWindow } from '../ui/windowed';
import { columnTitle } from './columnWords';
import { IGridProps, IListProps, rowClass } from './listed';
import { rowKeys } from './rowKeys';
import { TableCells } from './TableRow';

const ROW_HEIGHT = 45;

/** What each column needs at least (px): a narrow view scrolls sideways, below a title that stays. */
const WIDTHS: Readonly<Record<Column | 'title', number>> = {
  title: 150,
  group: 96,
  status: 246,
  replicas: 84,
  traffic: 184,
  endpoint: 170,
  metadata: 96,
  updated: 118,
  id: 150,
  revision: 84,
  instance_type: 110,
  access: 76,
  created: 110,
  created_by: 96
};
const TICK_WIDTH = 32;
const MENU_WIDTH = 40;

/** A sortable table; long lists draw only what is in view. */
export function Table(props: IListProps): JSX.Element {
  const { items, columns, sort, onSort, ticks, actions, scroll } = props;
  const trans = useTranslation();
  const { indices, above, below, measure } = useWindow(
    scroll,
    items.length,
    ROW_HEIGHT,
    index => items[index]!.id
  );
  const ticking = actions.change !== null;
  const width = columns.reduce(
    (sum, column) => sum + WIDTHS[column],
    WIDTHS.title + MENU_WIDTH + (ticking ? TICK_WIDTH : 0)
  );
  const share = (column: Column | 'title') => (
    <col key={column} style={{ width: `${(100 * WIDTHS[column]) / width}%` }} />
  );
  return (
    <div className="pd-Grid" ref={scroll} tabIndex={-1} onKeyDown={rowKeys}>
      <table
        className="pd-Table"
        aria-rowcount={items.length + 1}
        style={{ minWidth: width }}
      >
        <caption className="pd-visuallyHidden">
          {trans.__('Deployments')}
        </caption>
        <colgroup>
          {ticking && <col style={{ width: TICK_WIDTH }} />}
          {share('title')}
          {columns.map(share)}
          <col style={{ width: MENU_WIDTH }} />
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {ticking && (
              <td className="pd-Table-tick">
                <TickAll items={items} ticks={ticks} />
              </td>
            )}
            {(['title', ...columns] as const).map(column => (
              <Heading
                key={column}
                column={column}
                sort={sort}
                onSort={onSort}
              />
            ))}
            <td className="pd-Table-menu" />
          </tr>
        </thead>
        <Spacer height={above} />
        <tbody>
          {indices.map(index => {
            const deployment = items[index]!;
            const row = props.propsOf(deployment);
            return (
              <tr
                key={deployment.id}
                ref={measure}
                className={rowClass(row)}
                data-index={index}
                data-deployment={deployment.id}
                aria-rowindex={index + 2}
              >
                <TableCells {...row} columns={columns} />
              </tr>
            );
          })}
        </tbody>
        <Spacer height={below} />
      </table>
    </div>
  );
}

/** Names a column, and sorts by it where it has an order. */
function Heading({
  column,
  sort,
  onSort
}: {
  column: Column | 'title';
  sort: ISort;
  onSort: (sort: ISort) => void;
}): JSX.Element {
  const trans = useTranslation();
  const title = columnTitle(column, trans);
  const key: SortKey | undefined = SORT_KEYS.find(one => one === column);
  const sorted = key !== undefined && sort.by === key;
  return (
    <th
      scope="col"
      className={`pd-Table-${column}`}
      aria-sort={
        sorted ? (sort.descending ? 'descending' : 'ascending') : undefined
      }
    >
      {key ? (
        <button
          type="button"
          className="pd-Table-sort"
          onClick={() => onSort(sortedBy(sort, key))}
        >
          {title}
          {sorted &&
            (sort.descending ? <DescendingGlyph /> : <AscendingGlyph />)}
        </button>
      ) : (
        title
      )}
    </th>
  );
}

/** Ticks all that are shown, or none. */
function TickAll({
  items,
  ticks
}: Pick<IGridProps, 'items' | 'ticks'>): JSX.Element {
  const trans = useTranslation();
  const box = useRef<HTMLInputElement>(null);
  const count = ticks.ticked.length;
  const all = count > 0 && count === items.length;
  const some = count > 0 && !all;
  useEffect(() => {
    box.current!.indeterminate = some;
  }, [some]);
  return (
    <input
      ref={box}
      type="checkbox"
      className="pd-Tick"
      aria-label={trans.__('Select all')}
      checked={all}
      onChange={() => ticks.set(all ? [] : items)}
    />
  );
}
