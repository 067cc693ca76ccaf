import React from 'react';

import type { Revision } from '../api/contract';
import { PhaseIcon } from '../ui/Status';
import { elapsed, useNow } from '../ui/time';
import { useTranslation } from '../ui/translation';
import { durationWords, outcomePhase, outcomeWord } from './words';

/** How a revision ended, and how long that took: icon, word and colour. */
export function Outcome({
  revision,
  active
}: {
  revision: Revision;
  active: boolean;
}): JSX.Element {
  const trans = useTranslation();
  const { outcome, duration, created_at } = revision;
  const phase = outcomePhase(outcome);
  const going = outcome === 'in progress';
  const now = useNow(1000, active && going);
  return (
    <span className="pd-Outcome">
      <span className={`pd-Badge pd-mod-${phase}`}>
        <PhaseIcon phase={phase} />
        {outcomeWord(outcome, trans)}
      </span>
      <span className="pd-Revision-duration">
        {going
          ? elapsed(created_at, now, trans)
          : typeof duration === 'number'
            ? durationWords(duration, trans)
            : ''}
      </span>
    </span>
  );
}
