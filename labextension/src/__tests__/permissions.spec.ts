import {
  maySeeAdministration,
  membersObstacle,
  screensOf,
  settingsObstacle
} from '../model/permissions';
import { admin, group, me } from './fixtures';

const EVERYTHING = [
  'groups',
  'instance-types',
  'pull-secrets',
  'deployments',
  'usage',
  'audit'
];
const groupAdmin = me({ groups: [group({ role: 'group_admin' })] });
const [own] = groupAdmin.groups;
const fromFile = {
  name: 'file',
  settings_writable: false,
  members_writable: false,
  warning: '',
  as_of: null,
  until: null
};
const fromHub = { ...fromFile, name: 'jupyterhub', settings_writable: true };

test.each([
  ['administrator', admin(), EVERYTHING],
  ['administrator in no group', admin({ groups: [] }), EVERYTHING],
  ['group admin', groupAdmin, ['groups', 'audit']],
  ['member', me(), []],
  ['somebody in no group', me({ groups: [] }), []]
])('what there is for a %s', (_, who, screens) => {
  expect(screensOf(who)).toEqual(screens);
  expect(maySeeAdministration(who)).toBe(screens.length > 0);
});

test.each([
  ['administrator', admin(), group(), undefined, undefined],
  ['group admin', groupAdmin, own, 'administrators', undefined],
  [
    'group admin, of another group',
    groupAdmin,
    group({ role: 'member' }),
    'administrators',
    'administrators'
  ],
  [
    'administrator, where nothing may be written',
    admin({ can_write: false }),
    group(),
    'read-only',
    'read-only'
  ],
  [
    'administrator, of a group that is gone',
    admin(),
    group({ deleted: true }),
    'deleted',
    'deleted'
  ],
  [
    'administrator, where groups come from a file',
    admin({ provider: fromFile }),
    group(),
    'provider',
    'provider'
  ],
  [
    'administrator, where settings alone come from elsewhere',
    admin({ provider: { ...fromFile, members_writable: true } }),
    group(),
    'provider',
    undefined
  ],
  [
    'administrator, where members alone come from elsewhere',
    admin({ provider: fromHub }),
    group(),
    undefined,
    'provider'
  ]
])('what keeps an %s from editing', (_, who, one, settings, members) => {
  expect(settingsObstacle(who, one)?.kind).toBe(settings);
  expect(membersObstacle(who, one)?.kind).toBe(members);
});
