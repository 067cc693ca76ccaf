import { linkIcon } from '@jupyterlab/ui-components';
import React, { memo } from 'react';

import { useTranslation } from '../ui/translation';
import type { IMatcher } from './search';
import { segmentsOf } from './segments';
import type { ILine } from './store';

export interface ILogRowProps {
  line: ILine;
  time: string;
  /** Who printed it; empty: always the same. */
  who: string;
  /** Which colour stands for them. */
  hue: number;
  matcher: IMatcher | null;
  chosen: boolean;
  onChoose: (number: number) => void;
  onLink: (line: ILine) => void;
}

/** One line of a log. */
function Row({
  line,
  time,
  who,
  hue,
  matcher,
  chosen,
  onChoose,
  onLink
}: ILogRowProps): JSX.Element {
  const trans = useTranslation();
  if (line.mark) {
    return (
      <div className="pd-LogRow pd-mod-mark" data-line={line.number}>
        <span>{trans.__('Mark %1', time || line.iso.slice(11, 19))}</span>
      </div>
    );
  }
  const state = [
    'pd-LogRow',
    line.level ? `pd-mod-${line.level}` : '',
    line.head !== line.number ? 'pd-mod-continued' : '',
    chosen ? 'pd-mod-chosen' : ''
  ];
  const ranges = matcher?.ranges(line.text) ?? [];
  const link = trans.__('Copy a link to this line');
  return (
    <div
      className={state.filter(Boolean).join(' ')}
      data-line={line.number}
      onClick={() => onChoose(line.number)}
    >
      {time && (
        <span className="pd-LogRow-time" title={line.iso}>
          {time}
        </span>
      )}
      {who && (
        <span
          className={`pd-LogRow-replica pd-mod-hue${hue}`}
          title={trans.__('Replica %1, attempt %2', line.replica, line.attempt)}
        >
          {who}
        </span>
      )}
      <span className="pd-LogRow-text">
        {segmentsOf(line.text, line.spans, ranges).map((segment, index) =>
          segment.found ? (
            <mark key={index}>{segment.text}</mark>
          ) : segment.span ? (
            <span
              key={index}
              className={segment.span.className}
              style={{
                color: segment.span.color,
                backgroundColor: segment.span.background
              }}
            >
              {segment.text}
            </span>
          ) : (
            segment.text
          )
        )}
        {line.cut > 0 && (
          <span className="pd-LogRow-cut">
            {trans._n(
              ' … %1 more character, see the download',
              ' … %1 more characters, see the download',
              line.cut
            )}
          </span>
        )}
      </span>
      {chosen && (
        <button
          type="button"
          tabIndex={-1}
          className="pd-LogRow-link"
          aria-label={link}
          title={link}
          onClick={event => {
            event.stopPropagation();
            onLink(line);
          }}
        >
          <linkIcon.react tag="span" width="14px" />
        </button>
      )}
    </div>
  );
}

export const LogRow = memo(Row);
