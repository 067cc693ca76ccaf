import type { TranslationBundle } from '@jupyterlab/translation';
import { useEffect, useState } from 'react';

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1]
];

/** One for each language: making such formats takes longer than all that is done with them. */
function once<T>(make: (locale: string) => T): (locale: string) => T {
  const made = new Map<string, T>();
  return locale => {
    let format = made.get(locale);
    if (format === undefined) {
      format = make(locale);
      made.set(locale, format);
    }
    return format;
  };
}

const relative = once(
  locale => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
);
const exact = once(
  locale =>
    new Intl.DateTimeFormat(locale, {
      dateStyle: 'medium',
      timeStyle: 'medium'
    })
);

/** `12 minutes ago`, in the reader's language. A clock that runs behind the server's gives `now`. */
export function relativeTime(iso: string, now: number, locale: string): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1000));
  const format = relative(locale);
  const [unit, length] =
    UNITS.find(([, size]) => seconds >= size) ?? (['second', 1] as const);
  return format.format(-Math.floor(seconds / length), unit);
}

/** Date and time to the second, in the reader's zone. */
export function exactTime(iso: string, locale: string): string {
  return exact(locale).format(Date.parse(iso));
}

/** Time of day to the second. */
export function clockTime(time: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23'
  }).format(time);
}

/** `8 s`, `3 min 5 s`, `2 h 10 min`. */
export function elapsed(
  since: string,
  now: number,
  trans: TranslationBundle
): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000));
  if (seconds < 60) {
    return trans.__('%1 s', seconds);
  }
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? trans.__('%1 min %2 s', minutes, seconds % 60)
    : trans.__('%1 h %2 min', Math.floor(minutes / 60), minutes % 60);
}

/** The time now, drawn again every `interval` milliseconds while `active`. */
export function useNow(interval: number, active: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!active) {
      return;
    }
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), interval);
    return () => clearInterval(timer);
  }, [interval, active]);
  return now;
}
