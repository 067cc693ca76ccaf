import type { MetricsSummary } from '../api/contract';

/** Paths in a box as wide as there are steps and `HEIGHT` high. */
export interface ISparkline {
  readonly width: number;
  readonly line: string;
  /** Below the line. */
  readonly area: string;
  /** A bar for each interval with answers of 5xx. */
  readonly errors: string;
}

export const HEIGHT = 10;

/** Errors that are few among many requests are seen all the same. */
const LEAST = 2;

/** What to draw of the last 15 minutes: up to the highest value, interrupted where nobody measured. */
export function sparkline(summary: MetricsSummary): ISparkline {
  let paths = known.get(summary);
  if (!paths) {
    paths = drawn(summary);
    known.set(summary, paths);
  }
  return paths;
}

function drawn({
  sparkline: values,
  errors: wrong
}: MetricsSummary): ISparkline {
  const most = Math.max(...values.map(value => value ?? 0)) || 1;
  const hundredths = (value: number) => Math.round(100 * value) / 100;
  const heightOf = (value: number) => hundredths((HEIGHT * value) / most);
  let line = '';
  let area = '';
  let run = '';
  const end = () => {
    if (run) {
      // A point without neighbours is a dot: a line of no length, with round ends.
      line += `M${run}h0`;
      area += `M${parseInt(run)} ${HEIGHT}L${run}V${HEIGHT}z`;
      run = '';
    }
  };
  values.forEach((value, x) => {
    if (value === null) {
      end();
    } else {
      run += `${run && 'L'}${x} ${hundredths(HEIGHT - heightOf(value))}`;
    }
  });
  end();
  const errors = wrong
    .map((value, x) =>
      value ? `M${x} ${HEIGHT}v-${Math.max(LEAST, heightOf(value))}` : ''
    )
    .join('');
  return { width: Math.max(1, values.length - 1), line, area, errors };
}

const known = new WeakMap<MetricsSummary, ISparkline>();
