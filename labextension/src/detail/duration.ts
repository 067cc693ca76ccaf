import type { TranslationBundle } from '@jupyterlab/translation';

import type { IRange } from './steps';

/** `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`: how long something took (ms). */
export function duration(
  milliseconds: number,
  trans: TranslationBundle
): string {
  if (milliseconds < 9_950) {
    return trans.__('%1 s', tenths(milliseconds));
  }
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) {
    return trans.__('%1 s', seconds);
  }
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? trans.__('%1 min %2 s', minutes, seconds % 60)
    : trans.__('%1 h %2 min', Math.floor(minutes / 60), minutes % 60);
}

/** `usually 2–4 s`; `usually 3 s` where they are all alike. */
export function usually(
  { low, high }: IRange,
  trans: TranslationBundle
): string {
  const [least, most] = [duration(low, trans), duration(high, trans)];
  if (least === most) {
    return trans.__('usually %1', most);
  }
  return high < 60_000
    ? // One unit is enough.
      trans.__('usually %1–%2', least.replace(/\s*s$/, ''), most)
    : trans.__('usually %1 to %2', least, most);
}

function tenths(milliseconds: number): string {
  const text = (milliseconds / 1000).toFixed(1);
  return text.replace(/\.0$/, '');
}
