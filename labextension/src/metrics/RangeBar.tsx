import { downloadIcon } from '@jupyterlab/ui-components';
import React from 'react';

import type { MetricsRange } from '../api/contract';
import { clockTime } from '../ui/time';
import { useLocale, useTranslation } from '../ui/translation';
import { Crosshair, useCrosshair } from './crosshair';
import { zoneName } from './zone';
import { RANGES, rangeWords } from './words';

/** How far back to look, what moment is pointed at, and the way out of a zoom. */
export function RangeBar({
  range,
  onRange,
  zoomed,
  onReset,
  onDownload,
  downloading,
  syncedAt,
  crosshair
}: {
  range: MetricsRange;
  onRange: (range: MetricsRange) => void;
  zoomed: boolean;
  onReset: () => void;
  onDownload: () => void;
  downloading: boolean;
  syncedAt: number | null;
  crosshair: Crosshair;
}): JSX.Element {
  const trans = useTranslation();
  const locale = useLocale();
  const time = useCrosshair(crosshair);
  return (
    <div className="pd-RangeBar">
      <div
        className="pd-Ranges"
        role="group"
        aria-label={trans.__('How far back')}
      >
        {RANGES.map(one => (
          <button
            type="button"
            key={one}
            className="pd-Range"
            aria-pressed={one === range}
            onClick={() => onRange(one)}
          >
            {rangeWords(one, trans)}
          </button>
        ))}
      </div>
      {zoomed && (
        <button type="button" className="pd-Button" onClick={onReset}>
          {trans.__('Reset zoom')}
        </button>
      )}
      <span className="pd-RangeBar-when pd-quiet" title={zoneName(locale)}>
        {time !== null
          ? trans.__('At %1', clockTime(time * 1000, locale))
          : zoomed
            ? trans.__('Zoomed in')
            : syncedAt !== null
              ? trans.__('Live, as of %1', clockTime(syncedAt, locale))
              : ''}
      </span>
      <button
        type="button"
        className="pd-Button pd-mod-icon"
        onClick={onDownload}
        disabled={downloading}
        title={trans.__('Download what is shown as CSV')}
      >
        <downloadIcon.react tag="span" width="14px" />
        {trans.__('CSV')}
      </button>
    </div>
  );
}
