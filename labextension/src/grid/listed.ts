import type { RefObject } from 'react';

import type { Deployment, Group } from '../api/contract';
import type { Column, ISort } from '../model/columns';
import type { Doing } from '../model/doing';
import type { ListView } from '../model/preferences';
import type { Traffic } from '../model/traffic';
import type { IRowProps } from './cells';
import type { IRowActions } from './rowActions';
import type { ITicks } from './ticks';

/** What cards and table have in common. */
export interface IGridProps {
  items: readonly Deployment[];
  /** Those of the caller. */
  groups: readonly Group[];
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

/** What each of the two gets: how a row of it is drawn. */
export interface IListProps extends IGridProps {
  propsOf: (deployment: Deployment) => IRowProps;
}

/** How a row or a card looks. */
export function rowClass({ selected, ticked }: IRowProps): string {
  return `pd-Row${selected ? ' pd-mod-selected' : ''}${ticked ? ' pd-mod-ticked' : ''}`;
}
