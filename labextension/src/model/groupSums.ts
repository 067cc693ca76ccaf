import type { Deployment } from '../api/contract';
import type { Measured } from './oversight';
import type { Traffic } from './traffic';

/** What the deployments of one group are and do together; null: nothing of it was measured. */
export interface IGroupSum {
  readonly group: string;
  readonly deployments: number;
  /** Deployments that failed. */
  readonly failed: number;
  /** Deployments with an alert that fires. */
  readonly alerting: number;
  readonly qps: number | null;
  /** Of the last 15 minutes. */
  readonly requests: number | null;
  readonly server_errors: number | null;
  readonly cpu: number | null;
  readonly memory: number | null;
  readonly allotted: { readonly cpu: number; readonly memory: number };
}

/** Sums by group, in the order of the groups. */
export function groupSums(
  deployments: readonly Deployment[],
  measured: Measured,
  traffic: Traffic,
  groups: readonly string[]
): IGroupSum[] {
  return groups.map(group =>
    sumOf(
      group,
      deployments.filter(one => one.group === group),
      measured,
      traffic
    )
  );
}

/** The sum of some deployments. */
export function sumOf(
  group: string,
  deployments: readonly Deployment[],
  measured: Measured,
  traffic: Traffic
): IGroupSum {
  const uses = deployments.map(({ id }) => measured.get(id));
  const calls = deployments.map(({ id }) => traffic.get(id));
  return {
    group,
    deployments: deployments.length,
    failed: deployments.filter(({ status }) => status.phase === 'Failed')
      .length,
    alerting: calls.filter(one => (one?.alerts.length ?? 0) > 0).length,
    qps: added(calls.map(one => one?.qps)),
    requests: added(calls.map(one => one?.requests)),
    server_errors: added(calls.map(one => one?.server_errors)),
    cpu: added(uses.map(one => one?.cpu)),
    memory: added(uses.map(one => one?.memory)),
    allotted: {
      cpu: added(deployments.map(({ usage }) => usage.cpu)) ?? 0,
      memory: added(deployments.map(({ usage }) => usage.memory)) ?? 0
    }
  };
}

/** The sum of what is known; null when nothing is. */
function added(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter(
    (value): value is number => value !== null && value !== undefined
  );
  return known.length === 0
    ? null
    : known.reduce((sum, value) => sum + value, 0);
}
