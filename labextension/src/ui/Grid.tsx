import React, { useRef } from 'react';

import type { Deployment } from '../api/contract';
import { useWide } from './observers';
import { Card, TableRows } from './rows';
import { useNow } from './time';
import { useTranslation } from './translation';
import { useWindow } from './windowed';

/** From this width on a table, below it cards. */
const TABLE_WIDTH = 760;

const ROW_HEIGHT = { card: 96, table: 45 };

/** `grid`: cards or a table, by the room there is. `table`: a table in any case. */
export type Layout = 'grid' | 'table';

export interface IGridProps {
  items: readonly Deployment[];
  layout: Layout;
  /** Whether a person can see it: times tick only then. */
  active: boolean;
  /** Id of the row that is open; empty: none. */
  selected: string;
  onToggle: (id: string) => void;
  /** What an open row offers to do. */
  buttons?: (deployment: Deployment) => JSX.Element;
}

/** Deployments as a table or as cards; long lists draw only what is in view. */
export function Grid(props: IGridProps): JSX.Element {
  const { items, layout, active, selected, onToggle, buttons } = props;
  const trans = useTranslation();
  const scroll = useRef<HTMLDivElement>(null);
  const wide = useWide(scroll, TABLE_WIDTH);
  const table = layout === 'table' || wide;
  const counting = items.some(item => item.status.phase === 'Deploying');
  const now = useNow(counting ? 1_000 : 15_000, active);

  const { indices, above, below, measure } = useWindow(
    scroll,
    items.length,
    table ? ROW_HEIGHT.table : ROW_HEIGHT.card,
    index => items[index]!.id
  );
  const shown = indices.map(index => {
    const deployment = items[index]!;
    const open = deployment.id === selected;
    return {
      props: { deployment, now, open, onToggle, buttons },
      element: {
        key: deployment.id,
        ref: measure,
        'data-index': index,
        'data-deployment': deployment.id,
        className: open ? 'pd-Row pd-mod-open' : 'pd-Row'
      },
      position: index + 1
    };
  });

  return (
    <div className="pd-Grid" ref={scroll}>
      {table ? (
        <table className="pd-Table" aria-rowcount={items.length + 1}>
          <caption className="pd-visuallyHidden">
            {trans.__('Deployments')}
          </caption>
          <thead>
            <tr aria-rowindex={1}>
              <th scope="col" className="pd-Table-title">
                {trans.__('Title')}
              </th>
              <th scope="col" className="pd-Table-group">
                {trans.__('Group')}
              </th>
              <th scope="col" className="pd-Table-status">
                {trans.__('Status')}
              </th>
              <th scope="col" className="pd-Table-replicas">
                {trans.__('Replicas')}
              </th>
              <th scope="col" className="pd-Table-endpoint">
                {trans.__('Endpoint')}
              </th>
              <th scope="col" className="pd-Table-updated">
                {trans.__('Last updated')}
              </th>
            </tr>
          </thead>
          {above > 0 && <Spacer height={above} />}
          {shown.map(({ element: { key, ...element }, props, position }) => (
            // Each deployment is a body of its own: measured as one, open or not.
            <tbody key={key} {...element}>
              <TableRows {...props} position={position} />
            </tbody>
          ))}
          {below > 0 && <Spacer height={below} />}
        </table>
      ) : (
        <ul
          className="pd-Cards"
          aria-label={trans.__('Deployments')}
          style={{ paddingTop: above, paddingBottom: below }}
        >
          {shown.map(({ element: { key, ...element }, props, position }) => (
            <li
              key={key}
              {...element}
              aria-setsize={items.length}
              aria-posinset={position}
            >
              <Card {...props} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Holds the place of table rows that are not drawn. */
export function Spacer({ height }: { height: number }): JSX.Element {
  return (
    <tbody aria-hidden="true">
      <tr style={{ height }} />
    </tbody>
  );
}
