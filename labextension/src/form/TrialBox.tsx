import React, { useEffect, useRef } from 'react';

import type { Trial } from '../api/contract';
import { useTranslation } from '../ui/translation';
import { reasonWords } from '../ui/vocabulary';
import { useForm } from './context';

/** Why the model doesn't come to serve, as a trial found out before anything was made. */
export function TrialBox({ trial }: { trial: Trial }): JSX.Element {
  const trans = useTranslation();
  const { deployment } = useForm();
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    box.current?.focus({ preventScroll: true });
    box.current?.scrollIntoView?.({ block: 'nearest' });
  }, [trial]);
  return (
    <section
      ref={box}
      className="pd-TrialBox"
      role="alert"
      tabIndex={-1}
      aria-label={trans.__('The trial failed')}
    >
      <h4>
        {deployment
          ? trans.__('The trial failed, nothing was changed')
          : trans.__('The trial failed, nothing was deployed')}
      </h4>
      {trial.reason && (
        <p className="pd-TrialBox-reason">{reasonWords(trial.reason, trans)}</p>
      )}
      <p>{trial.message}</p>
      {trial.log_tail.length > 0 && (
        <pre
          tabIndex={0}
          aria-label={trans.__('The last lines that it printed')}
        >
          {trial.log_tail.join('\n')}
        </pre>
      )}
    </section>
  );
}
