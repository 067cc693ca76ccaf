import React, { useCallback, useMemo, useRef } from 'react';

import type { Deployment, Group, Me } from '../api/contract';
import { useDeployments, useResource } from '../model/binding';
import { ordered } from '../model/columns';
import { maySeeAdministration } from '../model/permissions';
import type { ListView } from '../model/preferences';
import { NO_FILTER, isFiltered, select } from '../model/selection';
import type { IDeploymentsState } from '../model/store';
import {
  LackingRights,
  NoGroup,
  NotEnabled,
  ProviderWarning,
  ReadOnly
} from '../ui/access';
import { useDeploymentControls } from '../ui/actions';
import { Announcer } from '../ui/Announcer';
import { useNavigation } from '../ui/navigation';
import { NoDeployments, NothingFound, StaleBanner } from '../ui/notices';
import { useRefreshAfter } from '../ui/observers';
import { obstacle } from '../ui/obstacle';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { groupTitle, groupTitleIn } from '../ui/vocabulary';
import { useBulk } from './bulk';
import { BulkBar } from './BulkBar';
import { Grid } from './Grid';
import { GroupResources } from './GroupResources';
import { usePlacedFilter } from './placedFilter';
import { useReturn } from './returning';
import { useRowActions } from './rowActions';
import { useTicks } from './ticks';
import { Toolbar } from './Toolbar';
import { useViewOptions } from './viewOptions';

export interface IOverviewProps {
  /** Whether a person can see it. */
  active: boolean;
  group?: string;
  layout?: ListView;
  onLayout?: (layout: ListView) => void;
  /** The deployment that the user opened last. */
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
        <Deployments {...props} state={state} me={who} onRefresh={refresh} />
      )}
    </>
  );
}

interface IDeploymentsProps extends IOverviewProps {
  state: IDeploymentsState;
  me: Me | null;
  onRefresh: () => void;
}

function Deployments(props: IDeploymentsProps): JSX.Element {
  const { state, me, active, onSelect } = props;
  const trans = useTranslation();
  const { go } = useNavigation();
  const { copy, tell, linkTo, summary } = useSession();
  const [filter, setFilter] = usePlacedFilter();
  const metered = me?.engine.metrics === true;
  const view = useViewOptions(props.layout, props.onLayout, metered);
  const { sort, layout, columns } = view.options;

  const groups = useMemo(() => me?.groups ?? [], [me]);
  const group = props.group || filter.group || '';
  const scope = useMemo(
    () => inScope(state.deployments, props.group),
    [state.deployments, props.group]
  );
  const selection = useMemo(
    () => select(scope, filter, me?.user, name => groupTitleIn(groups, name)),
    [scope, filter, me?.user, groups]
  );
  const byTraffic = sort.by === 'traffic';
  const traffic = useResource(
    summary,
    active &&
      metered &&
      scope.length > 0 &&
      (byTraffic || layout === 'grid' || columns.includes('traffic'))
  ).value;
  const weight = byTraffic ? traffic : null;
  const items = useMemo(
    () => ordered(selection.items, sort, weight),
    [selection.items, sort, weight]
  );

  const { scroll, opened, remember } = useReturn(items.length > 0);
  const selected = props.selected ?? opened;
  const onOpen = useCallback(
    (id: string) => {
      remember(id);
      onSelect?.(id);
    },
    [remember, onSelect]
  );
  const controls = useDeploymentControls();
  const actions = useRowActions(
    controls,
    me?.can_write === true,
    metered,
    onOpen
  );
  const ticks = useTicks(items);
  const bulk = useBulk();

  const shown = useMemo(() => concerned(groups, group), [groups, group]);
  const closed = useMemo(() => shown.filter(one => !one.enabled), [shown]);
  const manage =
    me && maySeeAdministration(me) ? props.onAdministration : undefined;
  const create = me?.can_write ? () => go({ view: 'create' }) : undefined;
  const share = () => {
    const { place } = shareable.current;
    copy(linkTo(place));
    tell(trans.__('Link to this list copied'));
  };
  const { place } = useNavigation();
  const shareable = useRef({ place });
  shareable.current = { place };
  const toggleBroken = () => setFilter({ ...filter, broken: !filter.broken });
  return (
    <Keys onBroken={toggleBroken}>
      <Toolbar
        {...view}
        filter={filter}
        selection={selection}
        refreshing={state.refreshing}
        groups={props.group ? [] : groups}
        onFilter={setFilter}
        onRefresh={props.onRefresh}
        onCreate={create}
        onShare={share}
        onAdministration={manage}
      />
      <ProviderWarning provider={me?.provider} />
      <LackingRights lacking={state.lacking} />
      {closed.length > 0 && closed.length === shown.length && (
        <NotEnabled
          group={closed.map(groupTitle).join(', ')}
          manage={me?.admin ? manage : undefined}
        />
      )}
      {me?.can_write === false && <ReadOnly />}
      <GroupResources groups={shown} />
      {actions.change && (
        <BulkBar
          ticked={ticks.ticked}
          shown={items.length}
          bulk={bulk}
          onAll={() => ticks.set(items)}
          onNone={() => ticks.set([])}
          onDone={ticks.set}
        />
      )}
      {items.length > 0 ? (
        <Grid
          items={items}
          groups={groups}
          layout={layout}
          columns={columns}
          sort={sort}
          onSort={view.onSort}
          active={active}
          traffic={metered ? traffic : undefined}
          selected={selected}
          busy={controls.busy}
          actions={actions}
          ticks={ticks}
          scroll={scroll}
        />
      ) : scope.length > 0 && isFiltered(filter) ? (
        <NothingFound onAction={() => setFilter(NO_FILTER)} />
      ) : me && groups.length === 0 && !me.admin ? (
        <NoGroup />
      ) : (
        // A group that may not deploy needs no help with it.
        closed.length < Math.max(1, shown.length) && (
          <NoDeployments onCreate={create} />
        )
      )}
      <Announcer deployments={scope} />
      <Found filtered={isFiltered(filter)} count={items.length} />
    </Keys>
  );
}

/** Tells screen readers how many a filter leaves. */
function Found({
  filtered,
  count
}: {
  filtered: boolean;
  count: number;
}): JSX.Element {
  const trans = useTranslation();
  return (
    <div className="pd-visuallyHidden" role="status">
      {filtered && trans._n('%1 deployment', '%1 deployments', count)}
    </div>
  );
}

/** Keys that hold wherever nothing is typed: `!` leaves what is broken, `/` leads to the search. */
function Keys({
  onBroken,
  children
}: React.PropsWithChildren<{ onBroken: () => void }>): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  return (
    <div
      ref={box}
      className="pd-Overview"
      tabIndex={-1}
      onKeyDown={event => {
        const { key, ctrlKey, altKey, metaKey } = event;
        const target = event.target as HTMLElement;
        if (
          ctrlKey ||
          altKey ||
          metaKey ||
          target.closest(
            'input:not([type=checkbox]), select, textarea, [role=menu], dialog'
          )
        ) {
          return;
        }
        if (key === '!') {
          event.preventDefault();
          onBroken();
        } else if (key === '/') {
          event.preventDefault();
          box.current
            ?.querySelector<HTMLElement>('input[type=search]')
            ?.focus();
        }
      }}
    >
      {children}
    </div>
  );
}

function inScope(
  deployments: readonly Deployment[],
  group: string | undefined
): readonly Deployment[] {
  return group ? deployments.filter(item => item.group === group) : deployments;
}

/** The groups that what is shown is about. */
function concerned(groups: readonly Group[], chosen: string): readonly Group[] {
  return chosen ? groups.filter(group => group.name === chosen) : groups;
}
