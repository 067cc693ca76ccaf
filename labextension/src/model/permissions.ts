import type { Group, Me, ProviderInfo } from '../api/contract';

/** The screens of the administration. */
export type AdminScreen =
  | 'groups'
  | 'instance-types'
  | 'pull-secrets'
  | 'deployments'
  | 'usage'
  | 'audit';

const ALL_SCREENS: readonly AdminScreen[] = [
  'groups',
  'instance-types',
  'pull-secrets',
  'deployments',
  'usage',
  'audit'
];
const SCREENS_OF_GROUP_ADMINS: readonly AdminScreen[] = ['groups', 'audit'];

/** What of the administration somebody may see; nothing for members. */
export function screensOf(me: Me): readonly AdminScreen[] {
  if (me.admin) {
    return ALL_SCREENS;
  }
  return me.groups.some(group => group.role === 'group_admin')
    ? SCREENS_OF_GROUP_ADMINS
    : [];
}

/** Whether there is anything of the administration for somebody. */
export const maySeeAdministration = (me: Me): boolean =>
  screensOf(me).length > 0;

/** Why something can't be changed; null: it can. */
export type Obstacle =
  | null
  /** The whole API is read-only for the caller. */
  | { kind: 'read-only' }
  /** Only administrators may. */
  | { kind: 'administrators' }
  /** It is changed where it comes from. */
  | { kind: 'provider'; provider: ProviderInfo }
  /** The group is gone. */
  | { kind: 'deleted' };

/** What keeps the caller from editing groups' settings (group admins among them), instance types and pull secrets. */
export function settingsObstacle(me: Me, group?: Group): Obstacle {
  if (!me.can_write) {
    return { kind: 'read-only' };
  }
  if (!me.admin) {
    return { kind: 'administrators' };
  }
  if (group?.deleted) {
    return { kind: 'deleted' };
  }
  return me.provider.settings_writable
    ? null
    : { kind: 'provider', provider: me.provider };
}

/** What keeps the caller from editing a group's members. */
export function membersObstacle(me: Me, group?: Group): Obstacle {
  if (!me.can_write) {
    return { kind: 'read-only' };
  }
  if (!me.admin && group?.role !== 'group_admin') {
    return { kind: 'administrators' };
  }
  if (group?.deleted) {
    return { kind: 'deleted' };
  }
  return me.provider.members_writable
    ? null
    : { kind: 'provider', provider: me.provider };
}
