import { useCallback, useEffect, useRef, useState } from 'react';

import { filterOfText, textOfFilter } from '../model/filterText';
import type { IFilter } from '../model/selection';
import { useNavigation } from '../ui/navigation';

/**
 * The filter of the place that is shown, which makes it part of links and of what a reload brings back. It is kept
 * here too: a host may take its time to say the new place, and typing can't wait for that.
 */
export function usePlacedFilter(): [
  filter: IFilter,
  setFilter: (filter: IFilter) => void
] {
  const { place, go } = useNavigation();
  const told = place.view === 'deployments' ? (place.filter ?? '') : '';
  const [filter, setFilter] = useState(() => filterOfText(told));
  // What we said and may yet hear again.
  const said = useRef<string[]>([told]);
  useEffect(() => {
    const echo = said.current.lastIndexOf(told);
    if (echo >= 0) {
      said.current.splice(0, echo);
    } else {
      said.current = [told];
      setFilter(filterOfText(told));
    }
  }, [told]);
  const change = useCallback(
    (next: IFilter) => {
      setFilter(next);
      const text = textOfFilter(next);
      if (text !== said.current[said.current.length - 1]) {
        said.current.push(text);
        go({ view: 'deployments', ...(text && { filter: text }) });
      }
    },
    [go]
  );
  return [filter, change];
}
