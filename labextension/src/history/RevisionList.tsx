import React, { useMemo, useRef } from 'react';

import type { Revision } from '../api/contract';
import { SearchBox } from '../ui/SearchBox';
import { useNow } from '../ui/time';
import { useTranslation } from '../ui/translation';
import { useWindow } from '../ui/windowed';
import { ALL, IHistoryFilter, found, withChoice } from './find';
import { RevisionRow } from './RevisionRow';

const ROW_HEIGHT = 92;
const MINUTE = 60_000;

export interface IRevisionListProps {
  /** Newest first. */
  revisions: readonly Revision[];
  serving: number | null;
  active: boolean;
  hidden: boolean;
  filter: IHistoryFilter;
  onFilter: (filter: IHistoryFilter) => void;
  chosen: readonly number[];
  onChosen: (chosen: readonly number[]) => void;
  onView: (number: number) => void;
  onCompare: (left: number, right: number) => void;
}

/** The revisions, newest first, and the way to one and to the difference of two. */
export function RevisionList(props: IRevisionListProps): JSX.Element {
  const { revisions, serving, active, hidden, filter, chosen } = props;
  const { onFilter, onChosen, onView, onCompare } = props;
  const trans = useTranslation();
  const scroll = useRef<HTMLDivElement>(null);
  const now = useNow(MINUTE, active);
  const shown = useMemo(
    () => found(revisions, filter, trans),
    [revisions, filter, trans]
  );
  const before = useMemo(
    () =>
      new Map(
        revisions.map((revision, n) => [revision.number, revisions[n + 1]])
      ),
    [revisions]
  );
  const choice = useRef(chosen);
  choice.current = chosen;
  const choose = useMemo(
    () => (number: number) => onChosen(withChoice(choice.current, number)),
    [onChosen]
  );
  const { indices, above, below, measure } = useWindow(
    scroll,
    shown.length,
    ROW_HEIGHT,
    index => String(shown[index]!.number)
  );
  const [left, right] = [...chosen].sort((one, other) => one - other);
  return (
    <div className="pd-History-list" hidden={hidden}>
      <div className="pd-Toolbar">
        <SearchBox
          label={trans.__('Filter the history')}
          value={filter.text}
          onChange={text => onFilter({ ...filter, text })}
        />
        <select
          className="pd-Select"
          aria-label={trans.__('Which revisions')}
          value={filter.show}
          onChange={event =>
            onFilter({
              ...filter,
              show: event.target.value as IHistoryFilter['show']
            })
          }
        >
          <option value="all">{trans.__('All revisions')}</option>
          <option value="model">{trans.__('Changes of the model')}</option>
          <option value="failed">{trans.__('Failed')}</option>
          <option value="rollback">{trans.__('Rollbacks')}</option>
        </select>
        <button
          type="button"
          className="pd-Button"
          disabled={right === undefined}
          title={trans.__('Choose two revisions to compare them')}
          onClick={() => onCompare(left!, right!)}
        >
          {right === undefined
            ? trans.__('Compare')
            : trans.__('Compare %1 and %2', left!, right)}
        </button>
      </div>
      <div className="pd-Grid" ref={scroll} tabIndex={0}>
        {shown.length === 0 ? (
          <div className="pd-Notice" role="status">
            <p>{trans.__('No revision matches the filter')}</p>
            <button
              type="button"
              className="pd-Button"
              onClick={() => onFilter(ALL)}
            >
              {trans.__('Clear filters')}
            </button>
          </div>
        ) : (
          <ul
            className="pd-Cards"
            aria-label={trans.__('Revisions, newest first')}
            style={{ paddingTop: above, paddingBottom: below }}
          >
            {indices.map(index => {
              const revision = shown[index]!;
              const { number } = revision;
              return (
                <li
                  key={number}
                  ref={measure}
                  className={`pd-Row${number === serving ? ' pd-mod-serving' : ''}`}
                  data-index={index}
                  data-revision={number}
                  aria-setsize={shown.length}
                  aria-posinset={index + 1}
                >
                  <RevisionRow
                    revision={revision}
                    before={before.get(number)}
                    serving={number === serving}
                    comparable={number === serving ? null : serving}
                    chosen={chosen.includes(number)}
                    active={active}
                    now={now}
                    onChoose={choose}
                    onView={onView}
                    onCompare={onCompare}
                  />
                </li>
              );
            })}
          </ul>
        )}
      </div>
    </div>
  );
}
