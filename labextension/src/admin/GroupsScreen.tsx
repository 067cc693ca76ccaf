import React, { useMemo } from 'react';

import type { Deployment, Group } from '../api/contract';
import { useDeployments, useResource } from '../model/binding';
import { settingsObstacle } from '../model/permissions';
import { useRefreshAfter } from '../ui/observers';
import { QUOTA_NAMES, QuotaBar, amount, quotaTitle } from '../ui/QuotaBars';
import { SearchBox } from '../ui/SearchBox';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { groupTitle } from '../ui/vocabulary';
import { Catalogue } from './Catalogue';
import { useAdmin, useKept } from './context';
import { Switch } from './Field';
import { IGroupActions, useGroupActions } from './groupActions';
import { GroupForm } from './GroupForm';
import { GroupName, Members } from './groupParts';
import type { IColumn } from './ItemTable';
import { Loaded } from './Loaded';

/** Groups that the caller manages: their switch, quotas, people. */
export function GroupsScreen(): JSX.Element {
  const trans = useTranslation();
  const { me, active } = useAdmin();
  const { administration } = useSession();
  const { groups, deployments: store } = administration;
  const state = useResource(groups, active);
  // Administrators see usage change as deployments do; others may not follow those of all groups.
  const { deployments } = useDeployments(store, active && me.admin);
  useRefreshAfter(deployments, groups.refresh, active);
  const actions = useGroupActions();
  return (
    <Loaded
      state={state}
      what={trans.__('Loading the groups…')}
      refresh={groups.refresh}
    >
      {all => (
        <Groups
          groups={all.filter(group => me.admin || group.role === 'group_admin')}
          deployments={deployments}
          actions={actions}
        />
      )}
    </Loaded>
  );
}

function Groups({
  groups,
  deployments,
  actions
}: {
  groups: readonly Group[];
  deployments: readonly Deployment[];
  actions: IGroupActions;
}): JSX.Element {
  const trans = useTranslation();
  const [search, setSearch] = useKept('groups.search', '');
  const words = search.trim().toLowerCase();
  return (
    <Catalogue
      screen="groups"
      title={trans.__('Groups')}
      items={groups}
      found={groups.filter(({ name, display_name }) =>
        `${name}\n${display_name}`.toLowerCase().includes(words)
      )}
      onClearSearch={() => setSearch('')}
      columns={useColumns(actions, deployments)}
      form={GroupForm}
      remove={actions.remove}
      removeLabel={group =>
        group.deleted
          ? trans.__('Delete what %1 left', groupTitle(group))
          : trans.__('Delete the group %1', groupTitle(group))
      }
      create={trans.__('New group')}
      empty={{
        title: trans.__('No groups yet'),
        words: trans.__(
          'A group owns deployments together, within its quotas. Make one, add members, and switch Model Deployment on.'
        )
      }}
      head={
        <SearchBox
          label={trans.__('Search groups')}
          value={search}
          onChange={setSearch}
        />
      }
    />
  );
}

function useColumns(
  actions: IGroupActions,
  deployments: readonly Deployment[]
): IColumn<Group>[] {
  const trans = useTranslation();
  const { me } = useAdmin();
  return useMemo(() => {
    const bars = QUOTA_NAMES.map<IColumn<Group>>(name => ({
      key: name,
      title: quotaTitle(name, trans),
      labelled: true,
      draw: group =>
        group.deleted ? (
          amount(name, group.usage[name], trans)
        ) : (
          <QuotaBar
            bare
            name={name}
            used={group.usage[name]}
            limit={group.quota[name] ?? null}
          />
        )
    }));
    return [
      {
        key: 'name',
        title: trans.__('Group'),
        draw: group => <GroupName group={group} deployments={deployments} />
      },
      {
        key: 'switch',
        title: trans.__('Model Deployment'),
        labelled: true,
        draw: group =>
          group.deleted ? (
            '–'
          ) : (
            <Switch
              label={trans.__('Model Deployment for %1', groupTitle(group))}
              checked={group.enabled}
              disabled={settingsObstacle(me, group) !== null}
              busy={actions.busy.has(group.name)}
              onChange={enabled => void actions.enable(group, enabled)}
            >
              {group.enabled ? trans.__('on') : trans.__('off')}
            </Switch>
          )
      },
      ...bars,
      {
        key: 'members',
        title: trans.__('Members'),
        labelled: true,
        draw: group => (group.deleted ? '–' : <Members group={group} />)
      }
    ];
  }, [trans, me, actions, deployments]);
}
