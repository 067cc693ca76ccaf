import React, { useEffect, useRef } from 'react';

import { useWide } from '../ui/observers';
import { useAdmin } from './context';

/** From this width on a table, below it cards. */
const TABLE_WIDTH = 720;

export interface IColumn<T> {
  /** For CSS, and to tell columns apart. */
  key: string;
  title: string;
  /** In a card the value needs its title beside it. */
  labelled?: boolean;
  draw: (item: T) => React.ReactNode;
}

export interface IItemTableProps<T> {
  /** What the list is of. */
  title: string;
  items: readonly T[];
  /** The first one is the header of the row. */
  columns: readonly IColumn<T>[];
  className?: string;
  /** All of them together, below them. */
  total?: T;
}

/** Things with a name: a table where there is room, cards where there is little. */
export function ItemTable<T extends { name: string }>(
  props: IItemTableProps<T>
): JSX.Element {
  const { title, items, columns, className, total } = props;
  const root = useRef<HTMLDivElement>(null);
  const table = useWide(root, TABLE_WIDTH);
  const { edited } = useAdmin();

  // Back from a form, the focus is where it was before.
  useEffect(() => {
    // Only then is it known whether this is a table.
    const frame = requestAnimationFrame(() => {
      const rows = root.current?.querySelectorAll<HTMLElement>('[data-item]');
      const row = [...(rows ?? [])].find(
        one => one.dataset['item'] === edited.current
      );
      const target = row?.querySelector<HTMLElement>('.pd-Title');
      // Something new has no row that it came from.
      const instead = root.current?.parentElement?.querySelector<HTMLElement>(
        '.pd-ListHead button'
      );
      if (edited.current !== null) {
        edited.current = null;
        (target ?? instead)?.focus();
      }
    });
    return () => cancelAnimationFrame(frame);
  }, [edited, table]);

  const [head, ...rest] = columns;
  if (!head) {
    return <></>;
  }
  return (
    <div
      className={`pd-Items ${className ?? ''}`}
      ref={root}
      // Where nothing in it has the focus, keys scroll it by its own.
      tabIndex={total ? 0 : undefined}
    >
      {table ? (
        <table className="pd-Table">
          <caption className="pd-visuallyHidden">{title}</caption>
          <thead>
            <tr>
              {columns.map(column => (
                <th
                  key={column.key}
                  scope="col"
                  className={`pd-Column-${column.key}`}
                >
                  {column.key === 'actions' ? (
                    <span className="pd-visuallyHidden">{column.title}</span>
                  ) : (
                    column.title
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {items.map(item => (
              <tr key={item.name} className="pd-Row" data-item={item.name}>
                <th scope="row">{head.draw(item)}</th>
                {rest.map(column => (
                  <td key={column.key} className={`pd-Column-${column.key}`}>
                    {column.draw(item)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
          {total && (
            <tfoot>
              <tr>
                <th scope="row">{head.draw(total)}</th>
                {rest.map(column => (
                  <td key={column.key} className={`pd-Column-${column.key}`}>
                    {column.draw(total)}
                  </td>
                ))}
              </tr>
            </tfoot>
          )}
        </table>
      ) : (
        <ul className="pd-Cards" aria-label={title}>
          {(total ? [...items, total] : items).map(item => (
            <li
              key={item.name}
              className={`pd-Row${item === total ? ' pd-mod-total' : ''}`}
              data-item={item.name}
            >
              <div className="pd-ItemCard">
                <div className="pd-ItemCard-head">{head.draw(item)}</div>
                {rest.map(column => (
                  <div
                    key={column.key}
                    className={`pd-ItemCard-part pd-Part-${column.key}`}
                  >
                    {column.labelled && (
                      <span className="pd-ItemCard-label">{column.title}</span>
                    )}
                    <div className="pd-ItemCard-value">{column.draw(item)}</div>
                  </div>
                ))}
              </div>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
