import React from 'react';

import type { Deployment } from '../api/contract';
import { useNow } from '../ui/time';
import { groupTitleIn } from '../ui/vocabulary';
import { Cards } from './Cards';
import type { IRowProps } from './cells';
import type { IGridProps } from './listed';
import { Table } from './Table';

/** How rows that count no seconds round the time: they are drawn anew only that often (ms). */
const COARSE = 15_000;

/** Deployments as cards or as a table. */
export function Grid(props: IGridProps): JSX.Element {
  const {
    items,
    groups,
    layout,
    active,
    traffic,
    selected,
    busy,
    actions,
    ticks
  } = props;
  const counting = items.some(item => item.status.phase === 'Deploying');
  const now = useNow(counting ? 1_000 : COARSE, active);
  const propsOf = (deployment: Deployment): IRowProps => ({
    deployment,
    group: groupTitleIn(groups, deployment.group),
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
