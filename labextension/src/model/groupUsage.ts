import type { Deployment, Group, Usage } from '../api/contract';
import type { IDeploymentsState } from './store';

const NAMES = ['cpu', 'memory', 'gpu', 'deployments'] as const;

/**
 * The group with what it uses now.
 *
 * The stream of deployments tells at once what each takes; the groups, which are asked for now and then, tell it
 * later. Taking one from the other would count a deployment twice, or not at all, until both are of the same moment.
 *
 * @param changing - As its form shows it, which may be of another moment than the list.
 */
export function withUsageNow(
  group: Group,
  { connection, deployments }: IDeploymentsState,
  changing: Deployment | null = null
): Group {
  const owned = deployments.filter(one => one.group === group.name);
  // Who comes from the list of all groups may not have this one's in the stream.
  const listed = !changing || owned.some(({ id }) => id === changing.id);
  if (connection !== 'live' || !listed) {
    return group;
  }
  const usages = owned.map(one =>
    one.id === changing?.id ? changing.usage : one.usage
  );
  const total = (name: keyof Usage) =>
    usages.reduce((sum, usage) => sum + usage[name], 0);
  const usage = Object.fromEntries(
    // Sums of fractions of cores are rounded as the server does.
    NAMES.map(name => [name, Math.round(total(name) * 1000) / 1000])
  ) as Usage;
  return NAMES.every(name => usage[name] === group.usage[name])
    ? group
    : { ...group, usage };
}
