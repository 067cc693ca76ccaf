import React from 'react';

import type { Deployment } from '../api/contract';
import { exactTime, relativeTime } from './time';
import { useLocale, useTranslation } from './translation';
import { readyReplicas, trouble } from './vocabulary';

interface IFactProps {
  deployment: Deployment;
}

/** How many replicas answer, of how many; a card has no column title to say what the numbers are. */
export function Replicas({
  deployment,
  labelled
}: IFactProps & { labelled?: boolean }): JSX.Element {
  const trans = useTranslation();
  const { ready, desired } = deployment.status.replicas;
  const words = readyReplicas(deployment, trans);
  return (
    <span className="pd-Replicas" title={words}>
      <span aria-hidden="true">
        {labelled
          ? trans.__('%1/%2 ready', ready, desired)
          : `${ready}/${desired}`}
      </span>
      <span className="pd-visuallyHidden">{words}</span>
    </span>
  );
}

/** How long ago it was changed last; exactly when, and by whom, for those who point at it. */
export function Updated({
  deployment,
  now
}: IFactProps & { now: number }): JSX.Element {
  const trans = useTranslation();
  const locale = useLocale();
  const { updated_at, updated_by } = deployment;
  return (
    <time
      className="pd-Updated"
      dateTime={updated_at}
      title={trans.__('%1 by %2', exactTime(updated_at, locale), updated_by)}
    >
      {relativeTime(updated_at, now, locale)}
    </time>
  );
}

/** What went wrong, in two lines; all of it for those who point at it. */
export function Trouble({ deployment }: IFactProps): JSX.Element | null {
  const trans = useTranslation();
  const what = trouble(deployment, trans);
  return what ? (
    <p
      className={`pd-Trouble pd-mod-${deployment.status.phase}`}
      title={what.message}
    >
      <strong>{what.reason}</strong> {what.message}
    </p>
  ) : null;
}
