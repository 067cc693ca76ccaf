import React from 'react';

import { SkipTrial } from './SkipTrial';
import { TrialBox } from './TrialBox';
import type { ISending } from './useSending';

/** How the trial went, and whether there is to be one. */
export function TrialPart({
  sending,
  tries,
  skip,
  onSkip
}: {
  sending: ISending;
  /** A model can be tried, and there is something to try. */
  tries: boolean;
  skip: boolean;
  onSkip: (skip: boolean) => void;
}): JSX.Element {
  return (
    <>
      {sending.trial && <TrialBox trial={sending.trial} />}
      {tries && (
        <SkipTrial
          skip={skip}
          disabled={sending.phase !== 'typing'}
          onChange={onSkip}
        />
      )}
    </>
  );
}
