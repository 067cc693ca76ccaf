import { useCallback, useMemo, useState, useSyncExternalStore } from 'react';

import {
  Column,
  ISort,
  columnsOf,
  sortOfText,
  textOfSort
} from '../model/columns';
import type { ListView } from '../model/preferences';
import { useHost } from '../ui/host';
import { useSession } from '../ui/session';
import type { IViewOptions } from './ViewOptions';

export interface IViewControls {
  readonly options: IViewOptions;
  readonly onLayout: (layout: ListView) => void;
  readonly onColumns: (columns: readonly Column[]) => void;
  readonly onSort: (sort: ISort) => void;
}

/**
 * How the list looks: as the user left it. A cell is told by its notebook whether to begin with cards or a table, and
 * what is changed in it is its own matter.
 *
 * @param layout - What the host says; left out: nothing.
 * @param tellHost - Tells the host of a change.
 * @param metered - Whether the engine measures traffic.
 */
export function useViewOptions(
  layout: ListView | undefined,
  tellHost: ((layout: ListView) => void) | undefined,
  metered: boolean
): IViewControls {
  const { preferences } = useSession();
  const liked = useSyncExternalStore(
    preferences.subscribe,
    preferences.getState
  );
  const cell = useHost() === 'cell';
  const [own, setOwn] = useState<{ told?: ListView; layout?: ListView }>({});
  // What the host says anew comes first.
  const chosen = own.told === layout ? own.layout : undefined;
  const shown = chosen ?? layout ?? liked.view;
  const options = useMemo<IViewOptions>(
    () => ({
      layout: shown,
      columns: columnsOf(liked.columns).filter(
        column => metered || column !== 'traffic'
      ),
      sort: sortOfText(liked.sort),
      metered
    }),
    [shown, liked.columns, liked.sort, metered]
  );
  const onLayout = useCallback(
    (next: ListView) => {
      setOwn({ told: layout, layout: next });
      tellHost?.(next);
      if (!cell) {
        preferences.change({ view: next });
      }
    },
    [layout, tellHost, cell, preferences]
  );
  const onColumns = useCallback(
    (columns: readonly Column[]) => preferences.change({ columns }),
    [preferences]
  );
  const onSort = useCallback(
    (sort: ISort) => preferences.change({ sort: textOfSort(sort) }),
    [preferences]
  );
  return { options, onLayout, onColumns, onSort };
}
