import React, { memo, useEffect, useRef } from 'react';

import type { AuditEntry } from '../api/contract';
import type { IAuditState } from '../model/auditLog';
import { Spacer } from '../ui/Spacer';
import { useWide } from '../ui/observers';
import { exactTime } from '../ui/time';
import { useLocale, useTranslation } from '../ui/translation';
import { useWindow } from '../ui/windowed';
import { outcomeWord, sentence } from './auditWords';

/** From this width on a table, below it cards. */
const TABLE_WIDTH = 720;

const ROW_HEIGHT = { card: 84, table: 40 };

export interface IAuditTableProps {
  state: IAuditState;
  /** Asks for older entries. */
  onMore: () => void;
}

/** The log, newest first; its end comes closer as one scrolls. */
export function AuditTable({ state, onMore }: IAuditTableProps): JSX.Element {
  const { entries, total, more, loading } = state;
  const trans = useTranslation();
  const scroll = useRef<HTMLDivElement>(null);
  const table = useWide(scroll, TABLE_WIDTH);
  const { indices, above, below, measure } = useWindow(
    scroll,
    entries.length,
    table ? ROW_HEIGHT.table : ROW_HEIGHT.card,
    index => String(entries[index]!.number)
  );
  const rows = indices.map(index => ({ index, entry: entries[index]! }));
  // What is newer is looked at from the top.
  const newest = entries[0]?.number;
  useEffect(() => {
    if (scroll.current) {
      scroll.current.scrollTop = 0;
    }
  }, [newest]);
  return (
    <div className="pd-Grid" ref={scroll} tabIndex={0}>
      {table ? (
        <table className="pd-Table pd-mod-audit" aria-rowcount={total ?? -1}>
          <caption className="pd-visuallyHidden">
            {trans.__('Audit log')}
          </caption>
          <thead>
            <tr aria-rowindex={1}>
              <th scope="col" className="pd-Column-time">
                {trans.__('Time')}
              </th>
              <th scope="col" className="pd-Column-user">
                {trans.__('User')}
              </th>
              <th scope="col">{trans.__('What')}</th>
              <th scope="col" className="pd-Column-outcome">
                {trans.__('Outcome')}
              </th>
              <th scope="col" className="pd-Column-group">
                {trans.__('Group')}
              </th>
              <th scope="col" className="pd-Column-from">
                {trans.__('From')}
              </th>
            </tr>
          </thead>
          {above > 0 && <Spacer height={above} />}
          {rows.map(({ index, entry }) => (
            <tbody
              key={entry.number}
              ref={measure}
              className={`pd-Row pd-mod-${entry.outcome}`}
              data-index={index}
            >
              <EntryRow entry={entry} position={index + 1} />
            </tbody>
          ))}
          {below > 0 && <Spacer height={below} />}
        </table>
      ) : (
        <ul
          className="pd-Cards"
          aria-label={trans.__('Audit log')}
          style={{ paddingTop: above, paddingBottom: below }}
        >
          {rows.map(({ index, entry }) => (
            <li
              key={entry.number}
              ref={measure}
              className={`pd-Row pd-mod-${entry.outcome}`}
              data-index={index}
              aria-setsize={total ?? -1}
              aria-posinset={index + 1}
            >
              <EntryCard entry={entry} />
            </li>
          ))}
        </ul>
      )}
      {more && <More loading={loading} onMore={onMore} />}
      {!more && entries.length > 0 && (
        <p className="pd-AuditEnd pd-quiet">
          {trans._n('%1 entry in all', '%1 entries in all', total ?? 0)}
        </p>
      )}
    </div>
  );
}

/** Loads older entries when it comes into view, or is pressed. */
function More({
  loading,
  onMore
}: {
  loading: boolean;
  onMore: () => void;
}): JSX.Element {
  const trans = useTranslation();
  const root = useRef<HTMLDivElement>(null);
  const act = useRef(onMore);
  act.current = onMore;
  useEffect(() => {
    if (typeof IntersectionObserver === 'undefined' || loading) {
      return;
    }
    const observer = new IntersectionObserver(seen => {
      if (seen.some(entry => entry.isIntersecting)) {
        act.current();
      }
    });
    observer.observe(root.current!);
    return () => observer.disconnect();
  }, [loading]);
  return (
    <div className="pd-AuditEnd" ref={root}>
      <button
        type="button"
        className="pd-Button"
        aria-busy={loading}
        onClick={onMore}
      >
        {loading ? trans.__('Loading…') : trans.__('Show older entries')}
      </button>
    </div>
  );
}

const EntryRow = memo(
  ({
    entry,
    position
  }: {
    entry: AuditEntry;
    position: number;
  }): JSX.Element => {
    const trans = useTranslation();
    const locale = useLocale();
    return (
      <tr aria-rowindex={position + 1}>
        <td>
          <time dateTime={entry.time}>{exactTime(entry.time, locale)}</time>
        </td>
        <td className="pd-Column-user" title={entry.user}>
          <User entry={entry} />
        </td>
        <td className="pd-Audit-what">
          <span title={entry.action}>{sentence(entry, trans)}</span>
          {entry.message && <p className="pd-Audit-message">{entry.message}</p>}
        </td>
        <td>
          <Outcome entry={entry} />
        </td>
        <td title={entry.group}>{entry.group}</td>
        <td title={`${entry.address} ${entry.via}`.trim()}>
          {entry.address}
          {entry.via && <span className="pd-quiet"> {entry.via}</span>}
        </td>
      </tr>
    );
  }
);

const EntryCard = memo(({ entry }: { entry: AuditEntry }): JSX.Element => {
  const trans = useTranslation();
  const locale = useLocale();
  return (
    <div className="pd-Card">
      <div className="pd-Audit-what">
        <strong>
          <User entry={entry} />
        </strong>{' '}
        <span title={entry.action}>{sentence(entry, trans)}</span>
      </div>
      {entry.message && <p className="pd-Audit-message">{entry.message}</p>}
      <div className="pd-Card-line pd-quiet">
        <time dateTime={entry.time}>{exactTime(entry.time, locale)}</time>
        <Outcome entry={entry} />
      </div>
      <div className="pd-Card-line pd-quiet">
        <span className="pd-ellipsis">
          {[entry.address, entry.via].filter(Boolean).join(' · ')}
        </span>
        <span className="pd-Group">{entry.group}</span>
      </div>
    </div>
  );
});

function User({ entry }: { entry: AuditEntry }): JSX.Element {
  const trans = useTranslation();
  return <>{entry.user || <em>{trans.__('somebody not logged in')}</em>}</>;
}

/** What was not allowed is seen from afar, and said in words. */
function Outcome({ entry }: { entry: AuditEntry }): JSX.Element {
  const trans = useTranslation();
  const { outcome, status } = entry;
  return (
    <span
      className={`pd-Outcome pd-mod-${outcome}`}
      title={trans.__('HTTP status %1', status)}
    >
      {outcomeWord(outcome, trans)}
    </span>
  );
}
