import React, { RefObject } from 'react';

import type { Deployment } from '../api/contract';
import type { Column, ISort } from '../model/columns';
import type { Doing } from '../model/doing';
import type { ListView } from '../model/preferences';
import type { Traffic } from '../model/traffic';
import { useNow } from '../ui/time';
import { Cards } from './Cards';
import type { IRowProps } from './cells';
import type { IRowActions } from './rowActions';
import { Table } from './Table';
import type { ITicks } from './ticks';

export interface IGridProps {
  items: readonly Deployment[];
  layout: ListView;
  columns: readonly Column[];
  sort: ISort;
  onSort: (sort: ISort) => void;
  /** Whether a person can see it: times tick only then. */
  active: boolean;
  /** null: not known yet; left out: the engine measures nothing. */
  traffic: Traffic | null | undefined;
  /** Id of the row that was opened last; empty: none. */
  selected: string;
  busy: Doing;
  actions: IRowActions;
  ticks: ITicks;
  /** The element that scrolls: cards and table each draw it themselves, for they need it before they are seen. */
  scroll: RefObject<HTMLDivElement>;
}

/** How rows that count no seconds round the time: they are drawn anew only that often (ms). */
const COARSE = 15_000;

/** Deployments as cards or as a table. */
export function Grid(props: IGridProps): JSX.Element {
  const { items, layout, active, traffic, selected, busy, actions, ticks } =
    props;
  const counting = items.some(item => item.status.phase === 'Deploying');
  const now = useNow(counting ? 1_000 : COARSE, active);
  const propsOf = (deployment: Deployment): IRowProps => ({
    deployment,
    now: deployment.status.phase === 'Deploying' ? now : now - (now % COARSE),
    traffic:
      traffic === undefined ? undefined : (traffic?.get(deployment.id) ?? null),
    selected: deployment.id === selected,
    ticked: ticks.has(deployment.id),
    doing: busy.get(deployment.id),
    actions,
    onTick: actions.change ? ticks.toggle : undefined
  });
  return layout === 'table' ? (
    <Table {...props} propsOf={propsOf} />
  ) : (
    <Cards {...props} propsOf={propsOf} />
  );
}
