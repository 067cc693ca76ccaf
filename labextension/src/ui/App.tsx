import type { ITranslator } from '@jupyterlab/translation';
import React, { useCallback, useMemo, useRef, useState } from 'react';

import type { Deployment } from '../api/contract';
import { useDeployments } from '../model/binding';
import { IFilter, NO_FILTER, isFiltered, select } from '../model/selection';
import type { DeploymentStore, IDeploymentsState } from '../model/store';
import { Announcer } from './Announcer';
import { CopyContext } from './CopyButton';
import { Grid, Layout } from './Grid';
import {
  Mismatch,
  Missing,
  NoDeployments,
  NoSuchDeployment,
  NothingFound,
  Skeleton,
  StaleBanner,
  Unauthorized
} from './notices';
import { useOnScreen } from './observers';
import { Toolbar } from './Toolbar';
import { TranslatorContext, useTranslation } from './translation';

export interface IAppProps {
  store: DeploymentStore;
  /** Where it is: fills the side panel, or grows in a notebook cell up to `height`. */
  host: 'panel' | 'cell';
  translator: ITranslator;
  /** Puts text on the clipboard. */
  copy: (text: string) => void;
  /** Only this group's deployments; empty: all. */
  group?: string;
  /** Only the deployment with this id; empty: all. */
  deployment?: string;
  layout?: Layout;
  /** CSS height, for a cell. */
  height?: string;
  /** Id of the row that is open; left out: the component keeps it itself. */
  selected?: string;
  onSelect?: (id: string) => void;
}

/** The whole screen, the same in every host. */
export function App(props: IAppProps): JSX.Element {
  return (
    <TranslatorContext.Provider value={props.translator}>
      <CopyContext.Provider value={props.copy}>
        <Screen {...props} />
      </CopyContext.Provider>
    </TranslatorContext.Provider>
  );
}

function Screen(props: IAppProps): JSX.Element {
  const { store, host, height } = props;
  const trans = useTranslation();
  const root = useRef<HTMLElement>(null);
  const active = useOnScreen(root);
  const state = useDeployments(store, active);
  const [filter, setFilter] = useState<IFilter>(NO_FILTER);
  const refresh = useCallback(() => void store.refresh(), [store]);
  const blocked = obstacle(state, refresh);
  return (
    <section
      ref={root}
      className={`pd-App pd-mod-${host}`}
      style={height ? { height, maxHeight: 'none' } : undefined}
      aria-label={trans.__('Model deployments')}
    >
      {state.connection === 'stale' && (
        <StaleBanner state={state} onAction={refresh} />
      )}
      {blocked ?? (
        <Deployments
          {...props}
          state={state}
          active={active}
          filter={filter}
          onFilter={setFilter}
          onRefresh={refresh}
        />
      )}
    </section>
  );
}

/** What stands in the place of the deployments when there is nothing true to show. */
function obstacle(
  state: IDeploymentsState,
  retry: () => void
): JSX.Element | null {
  switch (state.connection) {
    case 'missing':
      return <Missing onAction={retry} />;
    case 'mismatch':
      return <Mismatch server={state.serverVersion} onAction={retry} />;
    case 'unauthorized':
      return <Unauthorized problem={state.problem} onAction={retry} />;
    case 'loading':
      return <Skeleton />;
    case 'stale':
      return state.syncedAt === null ? <Skeleton /> : null;
    case 'live':
      return null;
  }
}

interface IDeploymentsProps extends IAppProps {
  state: IDeploymentsState;
  active: boolean;
  filter: IFilter;
  onFilter: (filter: IFilter) => void;
  onRefresh: () => void;
}

function Deployments(props: IDeploymentsProps): JSX.Element {
  const { state, active, filter, onFilter, group, deployment, onSelect } =
    props;
  const [own, setOwn] = useState('');
  const selected = props.selected ?? own;
  const scope = useMemo(
    () => inScope(state.deployments, group, deployment),
    [state.deployments, group, deployment]
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
  return (
    <>
      {!deployment && (
        <Toolbar
          filter={filter}
          counts={counts}
          refreshing={state.refreshing}
          onFilter={onFilter}
          onRefresh={props.onRefresh}
        />
      )}
      {items.length > 0 ? (
        <Grid
          items={items}
          layout={props.layout ?? 'grid'}
          active={active}
          selected={selected}
          onToggle={toggle}
        />
      ) : deployment ? (
        <NoSuchDeployment id={deployment} />
      ) : isFiltered(filter) ? (
        <NothingFound onAction={() => onFilter(NO_FILTER)} />
      ) : (
        <NoDeployments />
      )}
      <Announcer deployments={scope} />
    </>
  );
}

function inScope(
  deployments: readonly Deployment[],
  group = '',
  id = ''
): readonly Deployment[] {
  return group || id
    ? deployments.filter(
        item => (!group || item.group === group) && (!id || item.id === id)
      )
    : deployments;
}
