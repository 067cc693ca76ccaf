import React, { useCallback, useMemo } from 'react';

import type { Deployment, Phase } from '../api/contract';
import { useDeployments, useResource } from '../model/binding';
import { groupSums, sumOf } from '../model/groupSums';
import { ISort, owners, sorted } from '../model/oversight';
import { select } from '../model/selection';
import type { Traffic } from '../model/traffic';
import { useDeploymentControls } from '../ui/actions';
import { Announcer } from '../ui/Announcer';
import { Notice, StaleBanner } from '../ui/notices';
import { obstacle } from '../ui/obstacle';
import { SearchBox } from '../ui/SearchBox';
import { useSession } from '../ui/session';
import { StatusChips } from '../ui/StatusChips';
import { useTranslation } from '../ui/translation';
import { groupTitleIn } from '../ui/vocabulary';
import { useAdmin, useKept } from './context';
import { DeploymentsTable } from './DeploymentsTable';
import { GroupSums } from './GroupSums';

const NO_TRAFFIC: Traffic = new Map();
const NO_PHASES: ReadonlySet<Phase> = new Set();
const FIRST_SORT: ISort = { key: 'status', descending: false };

/** The deployments of all groups: how they are, what they use, and who owns them. */
export function DeploymentsScreen(): JSX.Element {
  const { active } = useAdmin();
  const { administration } = useSession();
  const { deployments: store } = administration;
  const state = useDeployments(store, active);
  const retry = () => void store.refresh();
  return (
    <>
      {state.connection === 'stale' && (
        <StaleBanner {...state} onAction={retry} />
      )}
      {obstacle(state, retry) ?? <Oversight deployments={state.deployments} />}
    </>
  );
}

function Oversight({
  deployments
}: {
  deployments: readonly Deployment[];
}): JSX.Element {
  const trans = useTranslation();
  const { me, active, route } = useAdmin();
  const { administration } = useSession();
  const [search, setSearch] = useKept('deployments.search', '');
  const [phases, setPhases] = useKept('deployments.phases', NO_PHASES);
  const [group, setGroup] = useKept('deployments.group', route.group ?? '');
  const [sort, setSort] = useKept('deployments.sort', FIRST_SORT);
  const controls = useDeploymentControls();
  const titles = useResource(administration.groups, active).value;
  const measurements = useResource(administration.measurements, active);
  const measured = useMemo(
    () => new Map((measurements.value ?? []).map(one => [one.id, one])),
    [measurements.value]
  );
  const traffic =
    useResource(administration.traffic, active).value ?? NO_TRAFFIC;
  const scope = useMemo(
    () =>
      group ? deployments.filter(one => one.group === group) : deployments,
    [deployments, group]
  );
  const titleOf = useCallback(
    (name: string) => groupTitleIn(titles, name),
    [titles]
  );
  const { items, counts } = useMemo(
    () => select(scope, { search, phases }, '', titleOf),
    [scope, search, phases, titleOf]
  );
  const shown = useMemo(
    () => sorted(items, sort, measured, traffic),
    [items, sort, measured, traffic]
  );
  const groups = useMemo(() => {
    const names = owners(deployments);
    return group && !names.includes(group) ? [group, ...names] : names;
  }, [deployments, group]);
  const sums = useMemo(
    () => ({
      all: sumOf('', scope, measured, traffic),
      each: groupSums(scope, measured, traffic, owners(scope))
    }),
    [scope, measured, traffic]
  );
  return (
    <>
      <div className="pd-Toolbar">
        <div className="pd-Toolbar-line">
          <SearchBox
            label={trans.__('Search deployments')}
            value={search}
            onChange={setSearch}
          />
        </div>
        <select
          className="pd-Select"
          aria-label={trans.__('Group')}
          value={group}
          onChange={event => setGroup(event.target.value)}
        >
          <option value="">{trans.__('All groups')}</option>
          {groups.map(name => (
            <option key={name} value={name}>
              {titleOf(name)}
            </option>
          ))}
        </select>
        <StatusChips counts={counts} phases={phases} onPhases={setPhases} />
      </div>
      {scope.length > 0 && (
        <GroupSums
          all={sums.all}
          each={sums.each}
          titleOf={titleOf}
          onGroup={setGroup}
        />
      )}
      {shown.length > 0 ? (
        <DeploymentsTable
          items={shown}
          titleOf={titleOf}
          measured={measured}
          traffic={traffic}
          sort={sort}
          onSort={setSort}
          controls={me.can_write ? controls : null}
        />
      ) : deployments.length === 0 ? (
        <Notice title={trans.__('No deployments yet')}>
          <p>{trans.__('Nobody on this server has deployed a model.')}</p>
        </Notice>
      ) : (
        <Notice title={trans.__('No deployment matches the filters')}>
          <button
            type="button"
            className="pd-Button"
            onClick={() => {
              setSearch('');
              setGroup('');
              setPhases(NO_PHASES);
            }}
          >
            {trans.__('Clear filters')}
          </button>
        </Notice>
      )}
      <Announcer deployments={scope} />
    </>
  );
}
