import type { TranslationBundle } from '@jupyterlab/translation';

export const TIMESTAMPS = ['off', 'local', 'utc', 'relative'] as const;

export type Timestamps = (typeof TIMESTAMPS)[number];

/** How far back a view looks (seconds); null: to the beginning. */
export const SINCE = [60, 300, 900, 3600, null] as const;

export type Since = (typeof SINCE)[number];

const DAY = 86_400_000;

const two = (value: number): string => String(value).padStart(2, '0');

/**
 * The time of a line, short: `09:40:24.123`, with the day in front when that isn't today's.
 *
 * @param time - ms since the epoch
 * @param now - the same
 */
export function timeOfLine(
  time: number,
  style: Timestamps,
  now: number,
  trans: TranslationBundle
): string {
  switch (style) {
    case 'off':
      return '';
    case 'relative':
      return ago(time, now, trans);
    case 'utc':
      return clock(new Date(time), new Date(now), 0);
    case 'local': {
      const date = new Date(time);
      return clock(date, new Date(now), date.getTimezoneOffset());
    }
  }
}

/** `-` minutes of the zone turn a time into one whose UTC fields read as the zone's. */
function clock(date: Date, now: Date, zone: number): string {
  const shift = zone * 60_000;
  const read = new Date(date.getTime() - shift);
  const today = Math.floor((now.getTime() - shift) / DAY);
  const day =
    Math.floor(read.getTime() / DAY) === today
      ? ''
      : `${two(read.getUTCMonth() + 1)}-${two(read.getUTCDate())} `;
  return `${day}${two(read.getUTCHours())}:${two(read.getUTCMinutes())}:${two(read.getUTCSeconds())}.${String(read.getUTCMilliseconds()).padStart(3, '0')}`;
}

function ago(time: number, now: number, trans: TranslationBundle): string {
  const seconds = Math.max(0, Math.floor((now - time) / 1000));
  if (seconds < 60) {
    return trans.__('%1 s ago', seconds);
  }
  if (seconds < 3600) {
    return trans.__('%1 min ago', Math.floor(seconds / 60));
  }
  return seconds < 86_400
    ? trans.__('%1 h ago', Math.floor(seconds / 3600))
    : trans.__('%1 d ago', Math.floor(seconds / 86_400));
}

/** `0.1 s`, `12 s`, `3 min`. */
export function span(milliseconds: number, trans: TranslationBundle): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) {
    return trans.__('%1 s', seconds.toFixed(1));
  }
  return seconds < 60
    ? trans.__('%1 s', Math.round(seconds))
    : trans.__('%1 min', Math.round(seconds / 60));
}
