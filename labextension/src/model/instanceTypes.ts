import type { Deployment, InstanceType } from '../api/contract';

/** An instance type, or what is known of one that is gone. */
export type IShownType = InstanceType & { deleted?: boolean };

/** The deployments that use each instance type, by its name. */
export function usersByType(
  deployments: readonly Deployment[]
): ReadonlyMap<string, readonly Deployment[]> {
  const users = new Map<string, Deployment[]>();
  for (const deployment of deployments) {
    const name = deployment.spec.instance_type;
    const known = users.get(name);
    if (known) {
      known.push(deployment);
    } else {
      users.set(name, [deployment]);
    }
  }
  return users;
}

/** Those that are gone and that deployments still have, with the amounts that these were given. */
export function deletedTypes(
  types: readonly InstanceType[],
  deployments: readonly Deployment[]
): IShownType[] {
  const known = new Set(types.map(({ name }) => name));
  const gone = new Map<string, IShownType>();
  for (const { spec } of deployments) {
    const name = spec.instance_type;
    if (!known.has(name) && !gone.has(name)) {
      gone.set(name, {
        ...{ name, display_name: '', description: '' },
        ...spec.resources,
        ...{ groups: null, version: 0, deleted: true }
      });
    }
  }
  return [...gone.values()];
}
