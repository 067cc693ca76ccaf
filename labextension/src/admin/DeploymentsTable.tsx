import { caretDownIcon, caretUpIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useRef } from 'react';

import type { Deployment } from '../api/contract';
import type { ISort, Measured, SortKey } from '../model/oversight';
import type { Traffic } from '../model/traffic';
import type { IDeploymentControls } from '../ui/actions';
import { Spacer } from '../ui/Spacer';
import { useWide } from '../ui/observers';
import { useNow } from '../ui/time';
import { useTranslation } from '../ui/translation';
import { useWindow } from '../ui/windowed';
import { useAdmin } from './context';
import { OversightCard, OversightRow } from './deploymentRows';

/** From this width on a table, below it cards. */
const TABLE_WIDTH = 920;

const ROW_HEIGHT = { card: 118, table: 58 };

export interface IDeploymentsTableProps {
  items: readonly Deployment[];
  /** What people call a group. */
  titleOf: (name: string) => string;
  measured: Measured;
  traffic: Traffic;
  sort: ISort;
  onSort: (sort: ISort) => void;
  /** null: the caller may change nothing. */
  controls: IDeploymentControls | null;
}

/** All deployments, sortable; of a thousand only what is in view is drawn. */
export function DeploymentsTable(props: IDeploymentsTableProps): JSX.Element {
  const { items, titleOf, measured, traffic, sort, onSort, controls } = props;
  const trans = useTranslation();
  const { active } = useAdmin();
  const scroll = useRef<HTMLDivElement>(null);
  const table = useWide(scroll, TABLE_WIDTH);
  const counting = items.some(item => item.status.phase === 'Deploying');
  const now = useNow(counting ? 1_000 : 15_000, active);
  const { indices, above, below, measure } = useWindow(
    scroll,
    items.length,
    table ? ROW_HEIGHT.table : ROW_HEIGHT.card,
    index => items[index]!.id
  );
  const rows = indices.map(index => {
    const deployment = items[index]!;
    return {
      index,
      // Only a row that counts seconds is drawn each second.
      props: {
        deployment,
        group: titleOf(deployment.group),
        measurement: measured.get(deployment.id),
        traffic: traffic.get(deployment.id),
        now:
          deployment.status.phase === 'Deploying' ? now : now - (now % 15_000),
        busy: controls?.busy.has(deployment.id) ?? false,
        run: controls?.run
      }
    };
  });
  return (
    <>
      {!table && <SortChoice sort={sort} onSort={onSort} />}
      <div className="pd-Grid" ref={scroll} tabIndex={0}>
        {table ? (
          <table
            className="pd-Table pd-mod-oversight"
            aria-rowcount={items.length + 1}
          >
            <caption className="pd-visuallyHidden">
              {trans.__('Deployments of all groups')}
            </caption>
            <thead>
              <tr aria-rowindex={1}>
                {COLUMNS.map(key => (
                  <SortHeader
                    key={key}
                    column={key}
                    sort={sort}
                    onSort={onSort}
                  />
                ))}
                <th scope="col" className="pd-Column-actions">
                  <span className="pd-visuallyHidden">
                    {trans.__('Actions')}
                  </span>
                </th>
              </tr>
            </thead>
            {above > 0 && <Spacer height={above} />}
            {rows.map(({ index, props: row }) => (
              <tbody
                key={row.deployment.id}
                ref={measure}
                className="pd-Row"
                data-index={index}
                data-deployment={row.deployment.id}
              >
                <OversightRow {...row} position={index + 1} />
              </tbody>
            ))}
            {below > 0 && <Spacer height={below} />}
          </table>
        ) : (
          <ul
            className="pd-Cards"
            aria-label={trans.__('Deployments of all groups')}
            style={{ paddingTop: above, paddingBottom: below }}
          >
            {rows.map(({ index, props: row }) => (
              <li
                key={row.deployment.id}
                ref={measure}
                className="pd-Row"
                data-index={index}
                data-deployment={row.deployment.id}
                aria-setsize={items.length}
                aria-posinset={index + 1}
              >
                <OversightCard {...row} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </>
  );
}

const COLUMNS: readonly SortKey[] = [
  'name',
  'group',
  'owner',
  'status',
  'replicas',
  'qps',
  'errors',
  'cpu',
  'memory',
  'updated'
];

function columnTitle(key: SortKey, trans: TranslationBundle): string {
  switch (key) {
    case 'name':
      return trans.__('Title');
    case 'group':
      return trans.__('Group');
    case 'owner':
      return trans.__('Owner');
    case 'status':
      return trans.__('Status');
    case 'replicas':
      return trans.__('Replicas');
    case 'qps':
      return trans.__('Req/s');
    case 'errors':
      return trans.__('Errors');
    case 'cpu':
      return trans.__('CPU');
    case 'memory':
      return trans.__('Memory');
    case 'updated':
      return trans.__('Last updated');
  }
}

/** Numbers and times are looked at from the top. */
const DESCENDING_FIRST: readonly SortKey[] = [
  'replicas',
  'qps',
  'errors',
  'cpu',
  'memory',
  'updated'
];

function next(sort: ISort, key: SortKey): ISort {
  return sort.key === key
    ? { key, descending: !sort.descending }
    : { key, descending: DESCENDING_FIRST.includes(key) };
}

function SortHeader({
  column,
  sort,
  onSort
}: {
  column: SortKey;
  sort: ISort;
  onSort: (sort: ISort) => void;
}): JSX.Element {
  const trans = useTranslation();
  const chosen = sort.key === column;
  const Caret = sort.descending ? caretDownIcon : caretUpIcon;
  return (
    <th
      scope="col"
      className={`pd-Column-${column}`}
      aria-sort={
        chosen ? (sort.descending ? 'descending' : 'ascending') : undefined
      }
    >
      <button
        type="button"
        className="pd-Sort"
        onClick={() => onSort(next(sort, column))}
      >
        {columnTitle(column, trans)}
        <span className="pd-Sort-caret">
          {chosen && <Caret.react tag="span" width="14px" />}
        </span>
      </button>
    </th>
  );
}

/** Where there are no column titles to press. */
function SortChoice({
  sort,
  onSort
}: {
  sort: ISort;
  onSort: (sort: ISort) => void;
}): JSX.Element {
  const trans = useTranslation();
  const label = sort.descending
    ? trans.__('Descending; press for ascending')
    : trans.__('Ascending; press for descending');
  const Caret = sort.descending ? caretDownIcon : caretUpIcon;
  return (
    <div className="pd-SortChoice">
      <label>
        {trans.__('Sort by')}
        <select
          className="pd-Select"
          value={sort.key}
          onChange={event => {
            const key = event.target.value as SortKey;
            onSort({ key, descending: DESCENDING_FIRST.includes(key) });
          }}
        >
          {COLUMNS.map(key => (
            <option key={key} value={key}>
              {columnTitle(key, trans)}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        className="pd-IconButton"
        aria-label={label}
        title={label}
        onClick={() => onSort({ ...sort, descending: !sort.descending })}
      >
        <Caret.react tag="span" width="16px" />
      </button>
    </div>
  );
}
