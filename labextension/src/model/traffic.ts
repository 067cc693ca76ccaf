import type { MetricsSummary } from '../api/contract';
import { Resource, kept } from './resource';

/** What deployments answered in the last 15 minutes, by id. */
export type Traffic = ReadonlyMap<string, MetricsSummary>;

/** How often it is asked for while somebody looks: with something to see, and without (ms). */
const EVERY = { busy: 10_000, quiet: 30_000 };

/**
 * The last 15 minutes of many deployments: one request for all views of a tab.
 *
 * @param load - Asks the server.
 */
export const trafficOver = (
  load: (signal: AbortSignal) => Promise<readonly MetricsSummary[]>
): Resource<Traffic> =>
  new Resource<Traffic>(
    async signal => new Map((await load(signal)).map(one => [one.id, one])),
    traffic => EVERY[isBusy(traffic) ? 'busy' : 'quiet'],
    undefined,
    keptEach
  );

const isBusy = (traffic: Traffic | null): boolean =>
  [...(traffic?.values() ?? [])].some(
    ({ requests, alerts }) => !!requests || !!alerts?.length
  );

/** What is the same of one is the same object: of a thousand rows only those are drawn anew that differ. */
function keptEach(now: Traffic, before: Traffic | null): Traffic {
  const next = new Map(
    [...now].map(([id, one]) => [id, kept(one, before?.get(id))])
  );
  return before?.size === next.size &&
    [...next].every(([id, one]) => before.get(id) === one)
    ? before
    : next;
}

/** Share of 5xx in the last 15 minutes; null without traffic, undefined where nobody counts. */
export function errorShare(
  traffic: Pick<MetricsSummary, 'requests' | 'server_errors'> | null | undefined
): number | null | undefined {
  if (!traffic || traffic.requests === null || traffic.server_errors === null) {
    return undefined;
  }
  return traffic.requests === 0
    ? null
    : traffic.server_errors / traffic.requests;
}
