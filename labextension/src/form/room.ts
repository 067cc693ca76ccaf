import type { Group, InstanceType, Usage } from '../api/contract';

type Sizes = Pick<InstanceType, 'cpu' | 'memory' | 'gpu'>;

const NOTHING: Usage = { cpu: 0, memory: 0, gpu: 0, deployments: 0 };

/**
 * What a group would use.
 *
 * @param own - What the deployment that is changed takes of it now.
 * @returns Null when nobody here knows: a size without a limit counts as the whole machine.
 */
export function usageAfter(
  group: Group,
  size: Sizes | undefined,
  replicas: number | null,
  own: Usage = NOTHING
): Usage | null {
  if (
    !size ||
    replicas === null ||
    size.cpu === null ||
    size.memory === null ||
    size.cpu === undefined ||
    size.memory === undefined
  ) {
    return null;
  }
  const { usage } = group;
  return {
    cpu: usage.cpu - own.cpu + replicas * size.cpu,
    memory: usage.memory - own.memory + replicas * size.memory,
    gpu: usage.gpu - own.gpu + replicas * (size.gpu ?? 0),
    deployments: usage.deployments - own.deployments + 1
  };
}

/** How many replicas of a size the group's quota has room for; null: as many as there may be, or nobody knows. */
export function roomFor(
  { quota, usage }: Group,
  size: Sizes,
  own: Usage = NOTHING
): number | null {
  if (
    quota.deployments !== null &&
    quota.deployments !== undefined &&
    usage.deployments - own.deployments >= quota.deployments
  ) {
    return 0;
  }
  const counts = (['cpu', 'memory', 'gpu'] as const).flatMap(name => {
    const limit = quota[name];
    const each = size[name];
    if (limit === null || limit === undefined || !each) {
      return [];
    }
    const left = limit - (usage[name] - own[name]);
    // Sums of fractions of cores come out a hair too low.
    return [Math.max(0, Math.floor(left / each + 1e-9))];
  });
  return counts.length === 0 ? null : Math.min(...counts);
}

/** Names of what a change would take more of than the quota allows. */
export function exceeded(
  { quota }: Group,
  after: Usage
): readonly (keyof Usage)[] {
  return (['cpu', 'memory', 'gpu', 'deployments'] as const).filter(name => {
    const limit = quota[name];
    return limit !== null && limit !== undefined && after[name] > limit + 1e-9;
  });
}
