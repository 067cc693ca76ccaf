import type { Phase } from '../api/contract';
import { IFilter, NO_FILTER, PHASES } from './selection';

/**
 * A filter as a text that people can send each other: `search=churn&status=Failed,Stopped&group=sales&mine&broken`;
 * empty for one that leaves everything.
 */
export function textOfFilter(filter: IFilter): string {
  const parts: string[] = [];
  const say = (name: string, value: string) =>
    parts.push(`${name}=${encodeURIComponent(value).replace(/%2C/g, ',')}`);
  if (filter.search.trim()) {
    say('search', filter.search.trim());
  }
  if (filter.phases.size > 0) {
    say('status', PHASES.filter(one => filter.phases.has(one)).join(','));
  }
  if (filter.group) {
    say('group', filter.group);
  }
  if (filter.mine) {
    parts.push('mine');
  }
  if (filter.broken) {
    parts.push('broken');
  }
  return parts.join('&');
}

/** The filter of such a text; what isn't understood is left out. */
export function filterOfText(text: string): IFilter {
  const given = new URLSearchParams(text);
  const named = (given.get('status') ?? '').split(',');
  return {
    ...NO_FILTER,
    search: given.get('search') ?? '',
    phases: new Set<Phase>(PHASES.filter(phase => named.includes(phase))),
    ...(given.get('group') && { group: given.get('group')! }),
    ...(given.has('mine') && { mine: true }),
    ...(given.has('broken') && { broken: true })
  };
}
