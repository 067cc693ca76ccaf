/**
 * Amounts of CPU and memory as people write and read them: `0.5`, `500m`, `4Gi`, `512 MiB`. The rules are those of
 * the server (`domain/quantities.py`), which has the last word.
 */

const MAX_CPU = 10_000;
/** A bare 4, which is bytes, is always meant as 4 GiB. */
const MIN_MEMORY = 2 ** 20;
const MAX_MEMORY = 2 ** 50;
const NUMBER = '([0-9]{1,18}(?:\\.[0-9]{1,9})?)';
const CPU = new RegExp(`^${NUMBER}(m?)$`);
const MEMORY = new RegExp(`^${NUMBER}\\s*([kKMGTP]?i?)B?$`);

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  ki: 2 ** 10,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50
};

/** Cores; null when the text is no such amount. */
export function parseCpu(text: string): number | null {
  const match = CPU.exec(text.trim());
  if (!match) {
    return null;
  }
  const cores = Number(match[1]) / (match[2] ? 1000 : 1);
  return cores > 0 && cores <= MAX_CPU
    ? Math.max(0.001, Math.round(cores * 1000) / 1000)
    : null;
}

/** Bytes; null when the text is no such amount. */
export function parseMemory(text: string): number | null {
  const match = MEMORY.exec(text.trim());
  const unit = match ? UNITS[match[2] ?? ''] : undefined;
  if (!match || unit === undefined) {
    return null;
  }
  const size = Math.floor(Number(match[1]) * unit);
  return size >= MIN_MEMORY && size <= MAX_MEMORY ? size : null;
}

/** A whole number, zero or more; null when the text is none. */
export function parseCount(text: string): number | null {
  return /^[0-9]{1,6}$/.test(text.trim()) ? Number(text.trim()) : null;
}

/** Cores as text: `0.5`, `4`. */
export function formatCpu(cores: number): string {
  return String(Math.round(cores * 1000) / 1000);
}

/** Bytes in the largest unit that keeps them short: `512 MiB`, `1.5 GiB`. */
export function formatMemory(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Math.round(value * 10) / 10} ${units[unit]}`;
}

/** Two amounts of memory in the unit of the second: `0.3` and `4 GiB`. Something is never shown as nothing. */
export function memoryPair(part: number, whole: number): [string, string] {
  const shown = formatMemory(whole);
  const unit = shown.split(' ')[1] ?? 'B';
  const amount = part / (UNITS[unit.slice(0, -1)] ?? 1);
  if (amount > 0 && amount < 0.01) {
    return ['<0.01', shown];
  }
  const digits = amount < 10 ? 2 : amount < 100 ? 1 : 0;
  return [String(Number(amount.toFixed(digits))), shown];
}

/** Bytes as a text that means exactly as many: `4Gi`, `1536Mi`, `1000`. */
export function exactMemory(bytes: number): string {
  for (const unit of ['Ti', 'Gi', 'Mi', 'Ki']) {
    const size = UNITS[unit]!;
    if (bytes >= size && bytes % size === 0) {
      return `${bytes / size}${unit}`;
    }
  }
  return String(bytes);
}

/** A number with no more digits than people read. */
export const shortNumber = (value: number): string =>
  String(Number(value.toPrecision(6)));
