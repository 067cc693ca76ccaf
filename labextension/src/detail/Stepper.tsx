import { checkIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { Revision } from '../api/contract';
import { useTranslation } from '../ui/translation';
import { duration, usually } from './duration';
import { IStart, IStepState, WayStep, stepsOf } from './steps';

/** The way to serving: each step with its time, and what is usual for this deployment. */
export function Stepper({
  start,
  revisions,
  now,
  label
}: {
  start: IStart;
  /** What is compared with, newest first. */
  revisions: readonly Revision[];
  now: number;
  label: string;
}): JSX.Element {
  return (
    <ol className="pd-Steps" aria-label={label}>
      {stepsOf(start, revisions, now).map(step => (
        <Step key={step.step} {...step} />
      ))}
    </ol>
  );
}

function Step({ step, state, took, usual, slow }: IStepState): JSX.Element {
  const trans = useTranslation();
  return (
    <li
      className={`pd-Step pd-mod-${state}${slow ? ' pd-mod-slow' : ''}`}
      aria-current={state === 'now' ? 'step' : undefined}
    >
      <span className="pd-Step-mark" aria-hidden="true">
        {state === 'done' && <checkIcon.react tag="span" width="10px" />}
        {state === 'failed' && (
          <svg viewBox="0 0 10 10" width="10" height="10">
            <path d="M2 2l6 6M8 2l-6 6" />
          </svg>
        )}
      </span>
      <span className="pd-Step-name">
        {wayWord(step, trans)}
        <span className="pd-visuallyHidden">{stateWord(state, trans)}</span>
      </span>
      <span className="pd-Step-times">
        {took !== null && (
          <span className="pd-Step-took">
            {step === 'ready' && state !== 'now'
              ? trans.__('after %1', duration(took, trans))
              : duration(whole(took, state), trans)}
          </span>
        )}
        {usual && (
          <span className="pd-Step-usual">
            {slow
              ? trans.__('slow, %1', usually(usual, trans))
              : usually(usual, trans)}
          </span>
        )}
      </span>
    </li>
  );
}

/** What still runs counts whole seconds. */
function whole(took: number, state: IStepState['state']): number {
  return state === 'now' ? Math.floor(took / 1000) * 1000 : took;
}

export function wayWord(step: WayStep, trans: TranslationBundle): string {
  switch (step) {
    case 'scheduling':
      return trans.__('Scheduling');
    case 'pulling':
      return trans.__('Pulling');
    case 'starting':
      return trans.__('Starting');
    case 'loading':
      return trans.__('Loading');
    case 'ready':
      return trans.__('Ready');
  }
}

function stateWord(
  state: IStepState['state'],
  trans: TranslationBundle
): string {
  switch (state) {
    case 'done':
      return trans.__('(done)');
    case 'now':
      return trans.__('(now)');
    case 'failed':
      return trans.__('(failed)');
    case 'ahead':
      return trans.__('(not yet)');
  }
}
