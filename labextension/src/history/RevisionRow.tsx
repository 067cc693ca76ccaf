import React, { memo } from 'react';

import type { Revision } from '../api/contract';
import { exactTime, relativeTime } from '../ui/time';
import { useLocale, useTranslation } from '../ui/translation';
import { Outcome } from './Outcome';
import { actionWord, changeWords, revisionTitle } from './words';

export interface IRevisionRowProps {
  revision: Revision;
  /** The one before it. */
  before: Revision | undefined;
  serving: boolean;
  /** Number of the one that serves; null: none, or it is this one. */
  comparable: number | null;
  chosen: boolean;
  active: boolean;
  /** The time to the minute: it is drawn anew no more often. */
  now: number;
  onChoose: (number: number) => void;
  onView: (number: number) => void;
  onCompare: (left: number, right: number) => void;
}

/** One line of the history. */
export const RevisionRow = memo((props: IRevisionRowProps): JSX.Element => {
  const { revision, before, serving, comparable, chosen, active } = props;
  const trans = useTranslation();
  const { number, user, update_message } = revision;
  const title = revisionTitle(revision, trans);
  const changes = changeWords(revision, before, trans);
  return (
    <div className="pd-Revision">
      <input
        type="checkbox"
        className="pd-Revision-choice"
        aria-label={trans.__('Compare revision %1', number)}
        title={trans.__('Choose two to compare them')}
        checked={chosen}
        onChange={() => props.onChoose(number)}
      />
      <div className="pd-Revision-head">
        <span className="pd-Revision-number">{title}</span>
        {serving && (
          <span className="pd-Revision-serving">{trans.__('serving')}</span>
        )}
      </div>
      <div className="pd-Revision-what">
        <span>
          <strong>{actionWord(revision, trans)}</strong>
          {changes.length > 0 && ` · ${changes.join(' · ')}`}
        </span>
        {update_message && (
          <span className="pd-Revision-message">“{update_message}”</span>
        )}
        {revision.outcome === 'failed' && revision.message && (
          <span className="pd-Trouble">{revision.message}</span>
        )}
      </div>
      <div className="pd-Revision-who">
        {user} · <When iso={revision.created_at} now={props.now} />
      </div>
      <Outcome revision={revision} active={active} />
      <div className="pd-Revision-actions">
        <button
          type="button"
          className="pd-Link"
          aria-label={trans.__('View revision %1', number)}
          onClick={() => props.onView(number)}
        >
          {revision.outcome === 'failed'
            ? trans.__('Why it failed')
            : trans.__('View')}
        </button>
        {comparable !== null && (
          <button
            type="button"
            className="pd-Link"
            aria-label={trans.__(
              'Compare revision %1 with the serving one',
              number
            )}
            onClick={() =>
              props.onCompare(
                Math.min(number, comparable),
                Math.max(number, comparable)
              )
            }
          >
            {trans.__('Compare with serving')}
          </button>
        )}
      </div>
    </div>
  );
});

function When({ iso, now }: { iso: string; now: number }): JSX.Element {
  const locale = useLocale();
  return (
    <time dateTime={iso} title={exactTime(iso, locale)}>
      {relativeTime(iso, now, locale)}
    </time>
  );
}
