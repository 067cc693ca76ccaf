import type { TranslationBundle } from '@jupyterlab/translation';

/** What a number counts. */
export type Unit =
  'requests' | 'share' | 'seconds' | 'bytes' | 'throughput' | 'cores' | 'count';

/** A unit made larger or smaller, so that numbers stay short. */
export interface IScaled {
  readonly factor: number;
  readonly symbol: string;
}

/** What stands where nothing was measured, or nothing can be computed. */
export const UNKNOWN = '–';

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
const FEWEST_DIGITS = 3;

/** The unit in which a number of this size is written. */
export function scaled(
  unit: Unit,
  size: number,
  trans: TranslationBundle
): IScaled {
  switch (unit) {
    case 'requests':
      return { factor: 1, symbol: trans.__('req/s') };
    case 'share':
      return { factor: 0.01, symbol: '%' };
    case 'seconds':
      return size >= 1
        ? { factor: 1, symbol: 's' }
        : size >= 1e-3 || size === 0
          ? { factor: 1e-3, symbol: 'ms' }
          : { factor: 1e-6, symbol: 'µs' };
    case 'bytes':
      return binary(size);
    case 'throughput': {
      const { factor, symbol } = binary(size);
      return { factor, symbol: `${symbol}/s` };
    }
    case 'cores':
      return { factor: 1, symbol: 'CPU' };
    case 'count':
      return { factor: 1, symbol: '' };
  }
}

/** A number with its unit: `12.4 req/s`, `98.2 %`, `340 ms`, `512 MiB`. */
export function written(
  value: number | null | undefined,
  unit: Unit,
  locale: string,
  trans: TranslationBundle
): string {
  if (value === null || value === undefined) {
    return UNKNOWN;
  }
  const { factor, symbol } = scaled(unit, Math.abs(value), trans);
  const number =
    unit === 'share'
      ? percent(value, locale)
      : short(value / factor, locale, FEWEST_DIGITS);
  return symbol ? `${number} ${symbol}` : number;
}

/** Labels of an axis: all in the unit of the largest, and apart from each other. */
export function ticks(
  values: readonly number[],
  unit: Unit,
  locale: string,
  trans: TranslationBundle
): string[] {
  const largest = Math.max(0, ...values.map(Math.abs));
  const { factor, symbol } = scaled(unit, largest, trans);
  // A title says what is counted; what tells sizes apart is on the axis.
  const shown = unit === 'requests' || unit === 'cores' ? '' : symbol;
  return values.map(value => {
    const number = short(value / factor, locale, 4);
    return shown && value !== 0 ? `${number} ${shown}` : number;
  });
}

/** How many, as `3,201`. */
export function counted(
  value: number | null | undefined,
  locale: string
): string {
  return value === null || value === undefined
    ? UNKNOWN
    : new Intl.NumberFormat(locale).format(value);
}

function binary(size: number): IScaled {
  const power =
    size < 1024
      ? 0
      : Math.min(BINARY.length - 1, Math.floor(Math.log2(size) / 10));
  return { factor: 1024 ** power, symbol: BINARY[power]! };
}

function short(value: number, locale: string, digits: number): string {
  const size = Math.abs(value);
  return new Intl.NumberFormat(
    locale,
    // The digits before the point are all there.
    size >= 10 ** digits
      ? { maximumFractionDigits: 0 }
      : { maximumSignificantDigits: digits }
  ).format(value);
}

/** What is not all is never written as all, and what is not nothing never as nothing. */
function percent(value: number, locale: string): string {
  const digits = value > 0.99 || value < 0.01 ? 2 : 1;
  const step = 10 ** -(digits + 2);
  const kept =
    value > 0 && value < 1
      ? Math.min(1 - step, Math.max(step, Math.round(value / step) * step))
      : value;
  return new Intl.NumberFormat(locale, {
    maximumFractionDigits: digits
  }).format(kept * 100);
}
