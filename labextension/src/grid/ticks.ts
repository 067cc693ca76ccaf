import { useCallback, useMemo, useRef, useState } from 'react';

import type { Deployment } from '../api/contract';

export interface ITicks {
  /** Of those that are shown, those that are ticked: nothing is done to what nobody sees. */
  readonly ticked: readonly Deployment[];
  readonly has: (id: string) => boolean;
  /** Tick it or not; `range`: and all from the one before to it. */
  readonly toggle: (id: string, range: boolean) => void;
  readonly set: (deployments: readonly Deployment[]) => void;
}

/** Which deployments are picked for what is done to many. */
export function useTicks(shown: readonly Deployment[]): ITicks {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const last = useRef('');
  const list = useRef(shown);
  list.current = shown;
  const toggle = useCallback((id: string, range: boolean) => {
    const before = last.current;
    last.current = id;
    setIds(now => {
      const next = new Set(now);
      const on = !now.has(id);
      const from = list.current.findIndex(one => one.id === before);
      const to = list.current.findIndex(one => one.id === id);
      const concerned =
        range && from >= 0 && to >= 0
          ? list.current.slice(Math.min(from, to), Math.max(from, to) + 1)
          : [{ id }];
      concerned.forEach(one => (on ? next.add(one.id) : next.delete(one.id)));
      return next;
    });
  }, []);
  const set = useCallback(
    (deployments: readonly Deployment[]) =>
      setIds(new Set(deployments.map(({ id }) => id))),
    []
  );
  return useMemo(
    () => ({
      ticked: shown.filter(({ id }) => ids.has(id)),
      has: id => ids.has(id),
      toggle,
      set
    }),
    [shown, ids, toggle, set]
  );
}
