import type { Deployment, Measurement } from '../api/contract';
import { Traffic, errorShare } from './traffic';

export type SortKey =
  | 'name'
  | 'group'
  | 'owner'
  | 'status'
  | 'replicas'
  | 'qps'
  | 'errors'
  | 'cpu'
  | 'memory'
  | 'updated';

export interface ISort {
  key: SortKey;
  descending: boolean;
}

/** What is broken first. */
const URGENCY = { Failed: 0, Deploying: 1, Deployed: 2, Stopped: 3 } as const;

const byText = new Intl.Collator(undefined, {
  numeric: true,
  sensitivity: 'base'
});

/** What deployments really use, by id. */
export type Measured = ReadonlyMap<string, Measurement>;

/** In order; of equals, the order is kept. */
export function sorted(
  deployments: readonly Deployment[],
  { key, descending }: ISort,
  measured: Measured,
  traffic: Traffic = new Map()
): readonly Deployment[] {
  const compare = comparison(key, measured, traffic);
  const sign = descending ? -1 : 1;
  return [...deployments].sort((left, right) => sign * compare(left, right));
}

function comparison(
  key: SortKey,
  measured: Measured,
  traffic: Traffic
): (left: Deployment, right: Deployment) => number {
  const by =
    (value: (deployment: Deployment) => number) =>
    (left: Deployment, right: Deployment) =>
      value(left) - value(right);
  switch (key) {
    case 'name':
      return (left, right) => byText.compare(left.name, right.name);
    case 'group':
      return (left, right) => byText.compare(left.group, right.group);
    case 'owner':
      return (left, right) => byText.compare(left.created_by, right.created_by);
    case 'status':
      return by(({ status }) => URGENCY[status.phase]);
    case 'replicas':
      return by(({ status }) => status.replicas.ready);
    case 'qps':
      return by(({ id }) => traffic.get(id)?.qps ?? -1);
    case 'errors':
      // Not counted sorts below no traffic, and that below no errors.
      return by(({ id }) => {
        const share = errorShare(traffic.get(id));
        return share === undefined ? -2 : (share ?? -1);
      });
    case 'cpu':
      // Not measured sorts below nothing used.
      return by(({ id }) => measured.get(id)?.cpu ?? -1);
    case 'memory':
      return by(({ id }) => measured.get(id)?.memory ?? -1);
    case 'updated':
      return by(({ updated_at }) => Date.parse(updated_at));
  }
}

/** Names of all groups that own something, in order. */
export function owners(deployments: readonly Deployment[]): string[] {
  return [...new Set(deployments.map(({ group }) => group))].sort(
    byText.compare
  );
}
