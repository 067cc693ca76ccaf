import type { Deployment, Group, Quota, Usage } from '../api/contract';

/** The server's own bounds (`domain/values.py`). */
export const MIN_REPLICAS = 1;
export const MAX_REPLICAS = 100;

const NAMES = ['cpu', 'memory', 'gpu', 'deployments'] as const;

/**
 * What a group would use with another number of replicas of one of its deployments; null where that can't be told.
 * The server has the last word.
 */
export function usageAfterScaling(
  { usage }: Pick<Group, 'usage'>,
  deployment: Deployment,
  replicas: number
): Usage | null {
  const { spec, usage: own } = deployment;
  if (spec.stopped) {
    // Takes nothing before it is started.
    return usage;
  }
  const { cpu, memory, gpu } = spec.resources;
  // Without a limit a replica counts as the whole machine: what it counts now says how much that is.
  const each = {
    cpu: cpu ?? own.cpu / spec.replicas,
    memory: memory ?? own.memory / spec.replicas,
    gpu
  };
  if (!Number.isFinite(each.cpu) || !Number.isFinite(each.memory)) {
    return null;
  }
  return {
    cpu: Math.round((usage.cpu - own.cpu + replicas * each.cpu) * 1000) / 1000,
    memory: usage.memory - own.memory + replicas * each.memory,
    gpu: usage.gpu - own.gpu + replicas * each.gpu,
    deployments: usage.deployments
  };
}

/** What would be above the quota, and above what is used already: only that is refused. */
export function exceeded(
  quota: Quota,
  before: Usage,
  after: Usage
): (keyof Quota)[] {
  return NAMES.filter(name => {
    const limit = quota[name];
    return (
      limit !== null &&
      limit !== undefined &&
      after[name] > limit &&
      after[name] > before[name]
    );
  });
}
