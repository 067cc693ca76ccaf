import React from 'react';

import type { Metrics } from '../api/contract';
import { clockTime } from '../ui/time';
import { useLocale, useTranslation } from '../ui/translation';

interface IMeasuredHowProps {
  metrics: Metrics;
}

/** Since when it is measured, where that is not always so, and what it would take. */
export function MeasuredHow({
  metrics: { measured_since: since, note }
}: IMeasuredHowProps): JSX.Element | null {
  const trans = useTranslation();
  const locale = useLocale();
  if (!since && !note) {
    return null;
  }
  return (
    <p className="pd-Hint pd-MeasuredHow">
      {since &&
        trans.__(
          'Measured since %1, for as long as somebody looks.',
          clockTime(Date.parse(since), locale)
        )}
      {since && note && ' '}
      {note}
    </p>
  );
}
