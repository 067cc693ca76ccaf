import { RefObject, useEffect, useState } from 'react';

import type { MetricsMark } from '../api/contract';
import type { IChart } from './charts';
import { Rgb, cssColour, parseColour, visible } from './colours';

/** What a chart is drawn with: of JupyterLab's theme, made visible on its background. */
export interface ITheme {
  readonly text: string;
  readonly grid: string;
  readonly font: string;
  readonly background: string;
  /** For lines without a meaning of their own, in order. */
  readonly lines: readonly Rgb[];
  readonly tones: Readonly<Record<NonNullable<IChart['tone']>, Rgb>>;
  readonly marks: Readonly<Record<MetricsMark['kind'], string>>;
}

/** Lines differ in their pattern too: colours alone tell nothing to who can't see them. */
const DASHES: readonly number[][] = [
  [],
  [8, 3],
  [2, 3],
  [9, 3, 2, 3],
  [4, 4],
  [12, 3, 2, 3, 2, 3]
];

const LINES = [
  '--jp-brand-color1',
  '--jp-warn-color0',
  '--jp-mirror-editor-operator-color',
  '--jp-success-color0',
  '--jp-error-color1',
  '--jp-info-color0'
];

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];

export interface ILineStyle {
  readonly colour: Rgb;
  readonly dash: readonly number[];
}

/** How the n-th line of a chart is drawn; patterns and colours come together again after as many as both have. */
export function lineStyle(
  theme: ITheme,
  index: number,
  tone?: IChart['tone']
): ILineStyle {
  const { lines, tones } = theme;
  const round = Math.floor(index / lines.length);
  return {
    colour: tone ? tones[tone] : lines[index % lines.length]!,
    dash: DASHES[(index + round) % DASHES.length]!
  };
}

/** What the variables of the theme say at an element. */
export function readTheme(element: HTMLElement): ITheme {
  const probe = element.ownerDocument.createElement('span');
  probe.hidden = true;
  element.append(probe);
  const read = (variable: string): Rgb | null => {
    probe.style.color = `var(${variable})`;
    return parseColour(getComputedStyle(probe).color);
  };
  const background = read('--jp-layout-color1') ?? WHITE;
  const text = read('--jp-ui-font-color1') ?? BLACK;
  const seen = (variable: string): Rgb =>
    visible(read(variable) ?? text, background, text);
  const theme: ITheme = {
    text: cssColour(text),
    // Of the text, not of borders: those of a high-contrast theme outshine the lines.
    grid: cssColour(text, 0.15),
    font: getComputedStyle(element).fontFamily || 'sans-serif',
    background: cssColour(background),
    lines: LINES.map(seen),
    tones: {
      success: seen('--jp-success-color0'),
      warn: seen('--jp-warn-color0'),
      error: seen('--jp-error-color1')
    },
    marks: {
      revision: cssColour(seen('--jp-brand-color1')),
      restart: cssColour(seen('--jp-warn-color0')),
      failure: cssColour(seen('--jp-error-color1')),
      stop: cssColour(text),
      alert: cssColour(seen('--jp-error-color1'))
    }
  };
  probe.remove();
  return theme;
}

/** The theme now; null before the first paint. Read again when another one is chosen. */
export function useTheme(ref: RefObject<HTMLElement>): ITheme | null {
  const [theme, setTheme] = useState<ITheme | null>(null);
  useEffect(() => {
    const read = () => {
      if (ref.current) {
        const next = readTheme(ref.current);
        setTheme(now =>
          JSON.stringify(now) === JSON.stringify(next) ? now : next
        );
      }
    };
    read();
    // JupyterLab names the theme on the body once its style sheet is there.
    const observer = new MutationObserver(read);
    observer.observe(document.body, {
      attributes: true,
      attributeFilter: ['data-jp-theme-name', 'data-jp-theme-light']
    });
    return () => observer.disconnect();
  }, [ref]);
  return theme;
}
