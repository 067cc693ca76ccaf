import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useState } from 'react';

import { Loaded } from '../admin/Loaded';
import type { DeploymentEvent } from '../api/contract';
import { useResource } from '../model/binding';
import { useSession } from '../ui/session';
import { exactTime, relativeTime, useNow } from '../ui/time';
import { useLocale, useTranslation } from '../ui/translation';
import { useDetail } from './context';
import type { ITabProps } from './tab';

/** So many are shown at first, and more on request. */
const PAGE = 100;

/** What the engine did and saw, newest first. */
export function Events({ id, active }: ITabProps): JSX.Element {
  const trans = useTranslation();
  const { events } = useSession().details(id);
  const state = useResource(events, active);
  const now = useNow(30_000, active);
  const [warnings, setWarnings] = useState(false);
  const [replica, setReplica] = useState('');
  const [pages, setPages] = useState(1);
  return (
    <Loaded
      state={state}
      what={trans.__('Loading the events…')}
      refresh={events.refresh}
    >
      {items => {
        const found = items.filter(
          event =>
            (!warnings || event.kind === 'Warning') &&
            (!replica || event.replica === replica)
        );
        const alarming = items.filter(({ kind }) => kind === 'Warning').length;
        return (
          <>
            <div className="pd-Events-head">
              <button
                type="button"
                className="pd-Chip pd-mod-Failed"
                aria-pressed={warnings}
                onClick={() => setWarnings(!warnings)}
              >
                {trans.__('Warnings only')}
                <span className="pd-Chip-count">{alarming}</span>
              </button>
              {replica && (
                <button
                  type="button"
                  className="pd-Chip"
                  aria-pressed
                  aria-label={trans.__('Of replica %1: show all', replica)}
                  onClick={() => setReplica('')}
                >
                  {trans.__('replica %1 ✕', replica)}
                </button>
              )}
              <span className="pd-quiet" role="status">
                {trans._n('%1 event', '%1 events', found.length)}
              </span>
            </div>
            {found.length > 0 ? (
              <ol className="pd-EventList">
                {found.slice(0, pages * PAGE).map((event, index) => (
                  <Row
                    // Nothing else tells two of the same moment apart.
                    key={`${event.time} ${found.length - index}`}
                    event={event}
                    now={now}
                    onReplica={setReplica}
                  />
                ))}
              </ol>
            ) : (
              <p className="pd-Empty">
                {emptyWords(items.length, warnings, trans)}
              </p>
            )}
            {found.length > pages * PAGE && (
              <button
                type="button"
                className="pd-Button pd-Events-more"
                onClick={() => setPages(pages + 1)}
              >
                {trans.__('Show older ones')}
              </button>
            )}
          </>
        );
      }}
    </Loaded>
  );
}

function emptyWords(
  all: number,
  warnings: boolean,
  trans: TranslationBundle
): string {
  if (all === 0) {
    return trans.__(
      'Nothing happened yet. What the engine does and sees is kept here: starts, failures, roll-outs, clients.'
    );
  }
  return warnings
    ? trans.__('No warnings: all of its events are normal ones.')
    : trans.__('No event of this replica is kept.');
}

function Row({
  event,
  now,
  onReplica
}: {
  event: DeploymentEvent;
  now: number;
  onReplica: (name: string) => void;
}): JSX.Element {
  const trans = useTranslation();
  const locale = useLocale();
  const { showRevision } = useDetail();
  const { time, kind, reason, message, revision, replica } = event;
  return (
    <li className={`pd-Event pd-mod-${kind}`}>
      <div className="pd-Event-head">
        <span className="pd-Event-kind" aria-hidden="true">
          {kind === 'Warning' ? '⚠' : '•'}
        </span>
        <strong>{reason}</strong>
        {kind === 'Warning' && (
          <span className="pd-visuallyHidden">{trans.__('(warning)')}</span>
        )}
        {revision !== null && revision !== undefined && (
          <button
            type="button"
            className="pd-Link"
            onClick={() => showRevision(revision)}
          >
            {trans.__('revision %1', revision)}
          </button>
        )}
        {replica && (
          <button
            type="button"
            className="pd-Link"
            title={trans.__('Only events of this replica')}
            onClick={() => onReplica(replica)}
          >
            {trans.__('replica %1', replica)}
          </button>
        )}
        <time
          className="pd-Event-time"
          dateTime={time}
          title={exactTime(time, locale)}
        >
          {relativeTime(time, now, locale)}
        </time>
      </div>
      <p className="pd-Event-message">{message}</p>
      <p className="pd-Event-exact">{exactTime(time, locale)}</p>
    </li>
  );
}
