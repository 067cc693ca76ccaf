/** How a part of a line is drawn: positions in the plain text, CSS classes and own colours. */
export interface ISpan {
  readonly from: number;
  readonly to: number;
  readonly className: string;
  readonly color?: string;
  readonly background?: string;
}

export interface IPlainLine {
  readonly text: string;
  /** Parts that are drawn differently; empty for nearly every line. */
  readonly spans: readonly ISpan[];
}

const TAB = 8;
const NONE: readonly ISpan[] = [];
// Colours (SGR) are kept; every other control sequence, and titles of windows (OSC), go.
/* eslint-disable no-control-regex */
const SEQUENCE =
  /\x1b(?:\[([0-9;:]*)([ -/]*[@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])/g;
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f]/g;
/* eslint-enable no-control-regex */

interface IStyle {
  classes: Set<string>;
  fg: number | string | null;
  bg: number | string | null;
}

/** A printed line as text, with its ANSI colours beside it. Tabs become spaces, so that every character is one column. */
export function parseAnsi(raw: string): IPlainLine {
  if (!raw.includes('\x1b')) {
    return { text: visible(raw, 0), spans: NONE };
  }
  const spans: ISpan[] = [];
  const style: IStyle = { classes: new Set(), fg: null, bg: null };
  let text = '';
  let at = 0;
  const take = (part: string) => {
    const from = text.length;
    text += visible(part, from);
    const span = spanOf(style, from, text.length);
    if (span && text.length > from) {
      spans.push(span);
    }
  };
  for (const match of raw.matchAll(SEQUENCE)) {
    take(raw.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[2] === 'm') {
      apply(style, match[1] ?? '');
    }
  }
  take(raw.slice(at));
  return { text, spans: spans.length > 0 ? spans : NONE };
}

function visible(part: string, column: number): string {
  const clean = part.replace(CONTROL, '');
  if (!clean.includes('\t')) {
    return clean;
  }
  let text = '';
  for (const character of clean) {
    text +=
      character === '\t'
        ? ' '.repeat(TAB - ((column + text.length) % TAB))
        : character;
  }
  return text;
}

function spanOf(style: IStyle, from: number, to: number): ISpan | null {
  const classes = [...style.classes];
  let { fg, bg } = style;
  if (classes.includes('pd-Ansi-inverse')) {
    // Colours that the theme decides can't change places by class: ours stand for them.
    [fg, bg] = [
      bg ?? 'var(--jp-layout-color1)',
      fg ?? 'var(--jp-ui-font-color1)'
    ];
  }
  if (typeof fg === 'number') {
    classes.push(`pd-Ansi-fg${fg}`);
  }
  if (typeof bg === 'number') {
    classes.push(`pd-Ansi-bg${bg}`);
  }
  return classes.length > 0 || fg !== null || bg !== null
    ? {
        from,
        to,
        className: classes.join(' '),
        ...(typeof fg === 'string' ? { color: fg } : {}),
        ...(typeof bg === 'string' ? { background: bg } : {})
      }
    : null;
}

const SWITCHES: Readonly<Record<number, string>> = {
  1: 'pd-Ansi-bold',
  2: 'pd-Ansi-faint',
  3: 'pd-Ansi-italic',
  4: 'pd-Ansi-underline',
  7: 'pd-Ansi-inverse',
  9: 'pd-Ansi-struck'
};
const OFF: Readonly<Record<number, readonly number[]>> = {
  22: [1, 2],
  23: [3],
  24: [4],
  27: [7],
  29: [9]
};

function apply(style: IStyle, parameters: string): void {
  const codes = parameters.split(/[;:]/).map(Number);
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index]!;
    const on = SWITCHES[code];
    if (code === 0) {
      style.classes.clear();
      style.fg = style.bg = null;
    } else if (on) {
      style.classes.add(on);
    } else if (OFF[code]) {
      OFF[code].forEach(one => style.classes.delete(SWITCHES[one]!));
    } else if (code === 38 || code === 48) {
      const [color, used] = extended(codes, index + 1);
      style[code === 38 ? 'fg' : 'bg'] = color;
      index += used;
    } else if (code === 39) {
      style.fg = null;
    } else if (code === 49) {
      style.bg = null;
    } else {
      const color = basic(code);
      if (color) {
        style[color[0]] = color[1];
      }
    }
  }
}

function basic(code: number): ['fg' | 'bg', number] | null {
  if (code >= 30 && code <= 37) {
    return ['fg', code - 30];
  }
  if (code >= 40 && code <= 47) {
    return ['bg', code - 40];
  }
  if (code >= 90 && code <= 97) {
    return ['fg', code - 82];
  }
  return code >= 100 && code <= 107 ? ['bg', code - 92] : null;
}

/** `5;n` of the 256 colours, or `2;r;g;b`; and how many numbers it took. */
function extended(
  codes: readonly number[],
  at: number
): [color: number | string | null, used: number] {
  if (codes[at] === 5) {
    const n = codes[at + 1] ?? 0;
    return [n < 16 ? n : rgb(...palette(n)), 2];
  }
  if (codes[at] === 2) {
    return [rgb(codes[at + 1] ?? 0, codes[at + 2] ?? 0, codes[at + 3] ?? 0), 4];
  }
  return [null, 0];
}

function palette(n: number): [number, number, number] {
  if (n >= 232) {
    const grey = 8 + (n - 232) * 10;
    return [grey, grey, grey];
  }
  const step = (value: number) => (value === 0 ? 0 : 55 + value * 40);
  const cube = n - 16;
  return [
    step(Math.floor(cube / 36)),
    step(Math.floor(cube / 6) % 6),
    step(cube % 6)
  ];
}

const rgb = (r: number, g: number, b: number): string =>
  `rgb(${[r, g, b].map(value => Math.min(255, Math.max(0, value || 0))).join(' ')})`;
