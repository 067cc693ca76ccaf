const DAY = 86_400;
const MINUTE = 60;

/** Labels of a time axis in the reader's zone: hours, and the day where one begins. */
export function timeTicks(
  times: readonly number[],
  step: number,
  locale: string
): string[] {
  const day = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short'
  });
  const clock = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: step < MINUTE ? '2-digit' : undefined,
    hourCycle: 'h23'
  });
  return times.map(time => {
    const date = new Date(time * 1000);
    const midnight = date.getHours() === 0 && date.getMinutes() === 0;
    return (
      step >= DAY || (midnight && date.getSeconds() === 0) ? day : clock
    ).format(date);
  });
}

/** Steps of an axis in bytes: 1, 2, 4 … of each unit. */
export const BINARY_STEPS: number[] = Array.from(
  { length: 45 },
  (_, power) => 2 ** power
);

/** Steps of an axis that counts whole things. */
export const WHOLE_STEPS: number[] = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000
];
