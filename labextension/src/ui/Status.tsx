import React from 'react';

import type { Deployment, Phase } from '../api/contract';
import { elapsed } from './time';
import { useTranslation } from './translation';
import { phaseWord, stepWords, updateFailed } from './vocabulary';

/** Shapes differ as well as colours: a tick, a cross, a ring that turns, a square. */
export function PhaseIcon({ phase }: { phase: Phase }): JSX.Element {
  return (
    <svg
      className={`pd-PhaseIcon pd-mod-${phase}`}
      viewBox="0 0 16 16"
      aria-hidden="true"
      focusable="false"
    >
      {phase === 'Deployed' && (
        <path d="M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm3.600 5.200-4.300 5.100L4.400 8.500l1-1 1.800 1.700 3.300-4z" />
      )}
      {phase === 'Failed' && (
        <path d="M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm3 9-1 1-2-2-2 2-1-1 2-2-2-2 1-1 2 2 2-2 1 1-2 2z" />
      )}
      {phase === 'Deploying' && (
        <path d="M8 1a7 7 0 0 1 7 7h-2a5 5 0 1 0-5 5v2A7 7 0 0 1 8 1z" />
      )}
      {phase === 'Stopped' && <path d="M3 3h10v10H3z" />}
    </svg>
  );
}

/** Icon, word and colour of a deployment's phase, and how far it is when it is on its way. */
export function Status({
  deployment,
  now
}: {
  deployment: Deployment;
  now: number;
}): JSX.Element {
  const trans = useTranslation();
  const { phase, step, step_since, since, message } = deployment.status;
  return (
    <span className="pd-Status">
      <span className="pd-Status-badges" title={message || undefined}>
        <span className={`pd-Badge pd-mod-${phase}`}>
          <PhaseIcon phase={phase} />
          {phaseWord(phase, trans)}
        </span>
        {updateFailed(deployment) && (
          <span className="pd-Badge pd-mod-Failed">
            <PhaseIcon phase="Failed" />
            {trans.__('update failed')}
          </span>
        )}
      </span>
      {phase === 'Deploying' && (
        <span className="pd-Status-step">
          {step ? stepWords(step, trans) : message}
          {' · '}
          <span className="pd-Status-elapsed">
            {elapsed(step_since ?? since, now, trans)}
          </span>
        </span>
      )}
    </span>
  );
}
