import React, { useEffect, useRef, useState } from 'react';

import type { Deployment, Phase } from '../api/contract';
import { useTranslation } from './translation';
import { phaseWord } from './vocabulary';

/** More changes than this at once are only counted. */
const SPELT_OUT = 3;

/** Tells screen readers which deployments changed their status. */
export function Announcer({
  deployments
}: {
  deployments: readonly Deployment[];
}): JSX.Element {
  const trans = useTranslation();
  const before = useRef<Map<string, Phase>>();
  const [text, setText] = useState('');
  useEffect(() => {
    const known = before.current;
    before.current = new Map(
      deployments.map(({ id, status }) => [id, status.phase])
    );
    if (!known) {
      return;
    }
    const changed = deployments.filter(
      ({ id, status }) => known.get(id) !== status.phase
    );
    if (changed.length > 0) {
      setText(
        changed.length <= SPELT_OUT
          ? changed
              .map(({ name, status }) =>
                trans.__('%1: %2', name, phaseWord(status.phase, trans))
              )
              .join(', ')
          : trans.__('%1 deployments changed their status', changed.length)
      );
    }
  }, [deployments, trans]);
  return (
    <div className="pd-visuallyHidden" aria-live="polite">
      {text}
    </div>
  );
}
