import React, { useMemo } from 'react';

import type { Revision } from '../api/contract';
import { useResource } from '../model/binding';
import { Snippet } from '../ui/CopyButton';
import { useSession } from '../ui/session';
import { exactTime } from '../ui/time';
import { useLocale, useTranslation } from '../ui/translation';
import { reasonWords } from '../ui/vocabulary';
import { plainText } from './plainText';

/** Why a revision failed: stays readable whatever came of the deployment. */
export function PostMortem({
  id,
  revision,
  active
}: {
  id: string;
  revision: Revision;
  active: boolean;
}): JSX.Element {
  const trans = useTranslation();
  const { reason, message, log_tail } = revision;
  const tail = useMemo(
    () => plainText((log_tail ?? []).join('\n')).trimEnd(),
    [log_tail]
  );
  return (
    <section
      className="pd-PostMortem"
      aria-label={trans.__('Why revision %1 failed', revision.number)}
    >
      <h4>{reason ? reasonWords(reason, trans) : trans.__('Failed')}</h4>
      {message && <p className="pd-PostMortem-message">{plainText(message)}</p>}
      <h5>{trans.__('The last lines of its log')}</h5>
      {tail ? (
        <Snippet code={tail} />
      ) : (
        <p className="pd-quiet">{trans.__('It printed nothing.')}</p>
      )}
      <h5>{trans.__('What the engine saw')}</h5>
      <Events id={id} number={revision.number} active={active} />
    </section>
  );
}

function Events({
  id,
  number,
  active
}: {
  id: string;
  number: number;
  active: boolean;
}): JSX.Element {
  const trans = useTranslation();
  const locale = useLocale();
  const { details } = useSession();
  const { value, problem } = useResource(details(id).events, active);
  const events = useMemo(
    () => value?.filter(event => event.revision === number).reverse(),
    [value, number]
  );
  if (!events) {
    return (
      <p className="pd-quiet">
        {problem ? problem.message : trans.__('Loading the events…')}
      </p>
    );
  }
  if (events.length === 0) {
    return (
      <p className="pd-quiet">{trans.__('No event of it is kept any more.')}</p>
    );
  }
  return (
    <ol className="pd-PostMortem-events">
      {events.map((event, index) => (
        <li key={index} className={`pd-mod-${event.kind}`}>
          <time dateTime={event.time}>{exactTime(event.time, locale)}</time>{' '}
          {event.kind === 'Warning' && (
            <span className="pd-PostMortem-warning">
              {trans.__('Warning')}{' '}
            </span>
          )}
          {event.message}
          {event.replica && (
            <span className="pd-quiet">
              {' '}
              {trans.__('(replica %1)', event.replica)}
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}
