import React from 'react';

import { useColumns } from '../ui/observers';
import { useTranslation } from '../ui/translation';
import { useWindow } from '../ui/windowed';
import { Card } from './Card';
import { IListProps, rowClass } from './listed';
import { rowKeys } from './rowKeys';

/** A card is at least so wide where there is room for several (px). */
const CARD_WIDTH = 300;

const CARD_HEIGHT = 132;

/** Cards, side by side where there is room; long lists draw only what is in view. */
export function Cards({ items, scroll, propsOf }: IListProps): JSX.Element {
  const trans = useTranslation();
  const columns = useColumns(scroll, CARD_WIDTH);
  const { indices, above, below, measure } = useWindow(
    scroll,
    Math.ceil(items.length / columns),
    CARD_HEIGHT,
    index => `${columns}:${items[index * columns]!.id}`
  );
  return (
    <div className="pd-Grid" ref={scroll} tabIndex={-1} onKeyDown={rowKeys}>
      <div
        className="pd-Cards"
        role="list"
        aria-label={trans.__('Deployments')}
        style={{ paddingTop: above, paddingBottom: below }}
      >
        {indices.map(index => {
          const first = index * columns;
          return (
            <div
              key={index}
              ref={measure}
              role="none"
              data-index={index}
              className="pd-CardRow"
              style={{
                gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`
              }}
            >
              {items.slice(first, first + columns).map((deployment, offset) => {
                const props = propsOf(deployment);
                return (
                  <div
                    key={deployment.id}
                    role="listitem"
                    className={rowClass(props)}
                    data-deployment={deployment.id}
                    aria-setsize={items.length}
                    aria-posinset={first + offset + 1}
                  >
                    <Card {...props} />
                  </div>
                );
              })}
            </div>
          );
        })}
      </div>
    </div>
  );
}
