/** Version of this front end; equal to the one in package.json (tested). */
export const VERSION = '0.1.0';

/**
 * Tell whether a front end and a server extension speak the same API: same major and minor number.
 */
export function compatible(ours: string, theirs: string): boolean {
  const series = (version: string) => version.split('.', 2).join('.');
  return series(ours) === series(theirs);
}
