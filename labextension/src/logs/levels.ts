export const LEVELS = ['debug', 'info', 'warning', 'error'] as const;

export type Level = (typeof LEVELS)[number];

const WORDS: Readonly<Record<string, Level>> = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  notice: 'info',
  success: 'info',
  warn: 'warning',
  warning: 'warning',
  err: 'error',
  error: 'error',
  severe: 'error',
  critical: 'error',
  fatal: 'error',
  panic: 'error'
};
const LETTERS: Readonly<Record<string, Level>> = {
  D: 'debug',
  I: 'info',
  W: 'warning',
  E: 'error',
  F: 'error',
  C: 'error'
};
const WORD =
  'TRACE|DEBUG|INFO|NOTICE|SUCCESS|WARN|WARNING|ERR|ERROR|SEVERE|CRITICAL|FATAL|PANIC';
/** Dates, times, process ids and what stands between them. */
// What a part consists of and what separates parts have nothing in common: no line takes long to refuse.
const STAMP = '(?:[[(]?[\\d:.,+/TZ-]+[\\s\\])|]+)*';

/** Where log formats put the level. A word in the middle of a message is no level: "0 errors found" is none. */
const FORMATS: readonly RegExp[] = [
  // INFO: …, [ERROR] …, 2026-11-23 09:40:24,123 WARNING …, 2026-11-23 … | INFO | …
  new RegExp(`^[\\s[(|]*${STAMP}[\\s[(|<]*(${WORD})[\\]):|>\\s-]`),
  // 2026-11-23 09:40:24,123 - name - ERROR - …; 2026-11-23 … [name] ERROR …
  new RegExp(
    `^[\\s[(|]*(?:[[(]?\\d[\\d:.,+/TZ-]*[\\s\\])|]+)+(?:- )?[\\[(]?[\\w.:/-]{1,60}[\\])]?(?: -| \\||:)? +[\\[(]?(${WORD})[\\])]?(?: -| \\||:| )`
  ),
  // {"level": "error", …}
  /^\{.*?"(?:level|levelname|severity|log_level|lvl)"\s*:\s*"(\w+)"/,
  // time=… level=warn msg=…
  /(?:^|\s)(?:level|lvl|severity)="?(\w+)/,
  // error: …, Warning: …, [error] …
  /^\s*\[?(trace|debug|info|notice|warn|warning|error|critical|fatal)(?:\]|:\s)/i
];
/** glog `E1123 09:40:24 …`; tornado `[E 261123 09:40:24 …]`. */
const LETTERED =
  /^\[?([DIWEFC]) ?\d{4,6} \d\d:\d\d|^\[([DIWEC]) \d{4}-\d\d-\d\d /;
const FAILURE =
  /^(?:Traceback \(most recent call last\):|Fatal Python error: |(?:[A-Za-z_][\w.]*\.)?[A-Z]\w*(?:Error|Exception|Interrupt)(?::|$))/;
const PYTHON_WARNING = /^(?:.+?:\d+: )?[A-Z]\w*Warning: /;

/** No format puts its level later than here. */
const HEAD = 240;

/** The level that a line states itself; null where it states none. */
export function levelOf(text: string): Level | null {
  const head = text.length > HEAD ? text.slice(0, HEAD) : text;
  if (FAILURE.test(head)) {
    return 'error';
  }
  for (const format of FORMATS) {
    const word = format.exec(head)?.[1];
    const level = word && WORDS[word.toLowerCase()];
    if (level) {
      return level;
    }
  }
  const lettered = LETTERED.exec(head);
  if (lettered) {
    return LETTERS[(lettered[1] ?? lettered[2])!] ?? null;
  }
  return PYTHON_WARNING.test(head) ? 'warning' : null;
}

/** Whether a level passes a threshold. What states no level is ordinary output: it counts as information. */
export function passes(level: Level | null, threshold: Level | null): boolean {
  return (
    threshold === null ||
    LEVELS.indexOf(level ?? 'info') >= LEVELS.indexOf(threshold)
  );
}
