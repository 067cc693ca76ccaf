/** Red, green, blue: 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** What non-text needs to be seen (WCAG 2.2, 1.4.11). */
const CONTRAST = 3;
const STEPS = 20;

/** A colour as browsers compute it: `rgb(…)`, `rgba(…)` or `color(srgb …)`; null for anything else. */
export function parseColour(text: string): Rgb | null {
  const numbers = (text.match(/-?[\d.]+(?:e-?\d+)?/g) ?? []).map(Number);
  const [red, green, blue] = numbers;
  if (red === undefined || green === undefined || blue === undefined) {
    return null;
  }
  if (text.startsWith('rgb')) {
    return [red, green, blue];
  }
  return text.startsWith('color(srgb ')
    ? [red * 255, green * 255, blue * 255]
    : null;
}

export const cssColour = (colour: Rgb, opacity = 1): string =>
  `rgba(${colour.map(Math.round).join(', ')}, ${opacity})`;

/** How much two colours differ, 1 to 21 (WCAG). */
export function contrast(one: Rgb, other: Rgb): number {
  const [light, dark] = [luminance(one), luminance(other)].sort(
    (a, b) => b - a
  ) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** The colour itself where it can be told from the background; else as much of the text's colour in it as it takes. */
export function visible(colour: Rgb, background: Rgb, text: Rgb): Rgb {
  for (let step = 0; step <= STEPS; step += 1) {
    const mixed = mix(colour, text, step / STEPS);
    if (contrast(mixed, background) >= CONTRAST) {
      return mixed;
    }
  }
  return text;
}

const mix = (one: Rgb, other: Rgb, share: number): Rgb =>
  one.map((value, index) => value + (other[index]! - value) * share) as [
    number,
    number,
    number
  ];

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map(value => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
