/** The reader's time zone, with its offset: what the times of the charts are in. */
export function zoneName(locale: string, now = new Date()): string {
  const format = new Intl.DateTimeFormat(locale, {
    timeZoneName: 'longOffset'
  });
  const offset = format
    .formatToParts(now)
    .find(({ type }) => type === 'timeZoneName');
  return `${format.resolvedOptions().timeZone} (${offset?.value ?? ''})`;
}
