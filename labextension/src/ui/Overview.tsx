import React, { useCallback, useMemo, useState } from 'react';

import type { Deployment, Group, Me } from '../api/contract';
import { useDeployments, useResource } from '../model/binding';
import { maySeeAdministration } from '../model/permissions';
import { IFilter, NO_FILTER, isFiltered, select } from '../model/selection';
import type { IDeploymentsState } from '../model/store';
import { NoGroup, NotEnabled, ProviderWarning, ReadOnly } from './access';
import { DeploymentButtons, useDeploymentControls } from './actions';
import { Announcer } from './Announcer';
import { Grid, Layout } from './Grid';
import { GroupResources } from './GroupResources';
import { NoDeployments, NothingFound, StaleBanner } from './notices';
import { useRefreshAfter } from './observers';
import { obstacle } from './obstacle';
import { useSession } from './session';
import { Toolbar } from './Toolbar';
import { groupTitle } from './vocabulary';

export interface IOverviewProps {
  /** Whether a person can see it. */
  active: boolean;
  group?: string;
  layout?: Layout;
  selected?: string;
  onSelect?: (id: string) => void;
  onAdministration: () => void;
}

/** The deployments of the caller's groups, and what these groups may use. */
export function Overview(props: IOverviewProps): JSX.Element {
  const { active } = props;
  const { store, me } = useSession();
  const state = useDeployments(store, active);
  const who = useResource(me, active).value;
  // Usage follows from what runs.
  useRefreshAfter(state.deployments, me.refresh, active);
  const [filter, setFilter] = useState<IFilter>(NO_FILTER);
  const refresh = useCallback(() => {
    void store.refresh();
    void me.refresh();
  }, [store, me]);
  return (
    <>
      {state.connection === 'stale' && (
        <StaleBanner {...state} onAction={refresh} />
      )}
      {obstacle(state, refresh) ?? (
        <Deployments
          {...props}
          state={state}
          me={who}
          filter={filter}
          onFilter={setFilter}
          onRefresh={refresh}
        />
      )}
    </>
  );
}

interface IDeploymentsProps extends IOverviewProps {
  state: IDeploymentsState;
  me: Me | null;
  filter: IFilter;
  onFilter: (filter: IFilter) => void;
  onRefresh: () => void;
}

function Deployments(props: IDeploymentsProps): JSX.Element {
  const { state, me, active, filter, onFilter, onSelect } = props;
  const [own, setOwn] = useState('');
  const selected = props.selected ?? own;
  const controls = useDeploymentControls();
  const [chosen, setChosen] = useState('');
  const groups = useMemo(() => me?.groups ?? [], [me]);
  const group = props.group || chosen;
  const scope = useMemo(
    () => inScope(state.deployments, group),
    [state.deployments, group]
  );
  const { items, counts } = useMemo(
    () => select(scope, filter),
    [scope, filter]
  );
  const toggle = useCallback(
    (id: string) => {
      const next = id === selected ? '' : id;
      setOwn(next);
      onSelect?.(next);
    },
    [selected, onSelect]
  );
  const shown = useMemo(() => concerned(groups, group), [groups, group]);
  const closed = useMemo(() => shown.filter(one => !one.enabled), [shown]);
  const manage =
    me && maySeeAdministration(me) ? props.onAdministration : undefined;
  return (
    <>
      <Toolbar
        filter={filter}
        counts={counts}
        refreshing={state.refreshing}
        groups={props.group ? [] : groups}
        group={chosen}
        onGroup={setChosen}
        onFilter={onFilter}
        onRefresh={props.onRefresh}
        onAdministration={manage}
      />
      <ProviderWarning warning={me?.provider.warning ?? ''} />
      {closed.length > 0 && closed.length === shown.length && (
        <NotEnabled
          group={closed.map(groupTitle).join(', ')}
          manage={me?.admin ? manage : undefined}
        />
      )}
      {me?.can_write === false && <ReadOnly />}
      <GroupResources groups={shown} />
      {items.length > 0 ? (
        <Grid
          items={items}
          layout={props.layout ?? 'grid'}
          active={active}
          selected={selected}
          onToggle={toggle}
          buttons={
            me?.can_write
              ? item => (
                  <DeploymentButtons deployment={item} controls={controls} />
                )
              : undefined
          }
        />
      ) : isFiltered(filter) ? (
        <NothingFound onAction={() => onFilter(NO_FILTER)} />
      ) : me && groups.length === 0 && !me.admin ? (
        <NoGroup />
      ) : (
        // A group that may not deploy needs no help with it.
        closed.length < Math.max(1, shown.length) && <NoDeployments />
      )}
      <Announcer deployments={scope} />
    </>
  );
}

function inScope(
  deployments: readonly Deployment[],
  group: string
): readonly Deployment[] {
  return group ? deployments.filter(item => item.group === group) : deployments;
}

/** The groups that what is shown is about. */
function concerned(groups: readonly Group[], chosen: string): readonly Group[] {
  return chosen ? groups.filter(group => group.name === chosen) : groups;
}
