import {
  RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState
} from 'react';

import { useNavigation } from '../ui/navigation';

/** Under this name the view remembers where the list was. */
const NAME = 'deployments';

interface ILeft {
  top: number;
  opened: string;
}

/**
 * Who comes back from a detail finds the list as they left it: scrolled to where it was, the focus on what they opened.
 *
 * @param there - Whether there are rows yet.
 */
export function useReturn(there: boolean): {
  scroll: RefObject<HTMLDivElement>;
  /** Id of what was opened last; empty: nothing. */
  opened: string;
  remember: (opened: string) => void;
} {
  const { memory } = useNavigation();
  const scroll = useRef<HTMLDivElement>(null);
  const [left] = useState(() => memory.get(NAME) as ILeft | undefined);
  const [opened, setOpened] = useState(left?.opened ?? '');
  const waiting = useRef(left !== undefined);
  useLayoutEffect(() => {
    const element = scroll.current;
    if (there && element && left && waiting.current) {
      element.scrollTop = left.top;
    }
  }, [there, left]);
  useEffect(() => {
    const element = scroll.current;
    if (there && element && left && waiting.current) {
      waiting.current = false;
      // What is scrolled to is drawn in the next frame.
      const frame = requestAnimationFrame(() => {
        if (document.activeElement === document.body) {
          element
            .querySelector<HTMLElement>(
              `[data-deployment="${CSS.escape(left.opened)}"] .pd-Title`
            )
            ?.focus({ preventScroll: true });
        }
      });
      return () => cancelAnimationFrame(frame);
    }
  }, [there, left]);
  const remember = useCallback(
    (id: string) => {
      setOpened(id);
      memory.set(NAME, { top: scroll.current?.scrollTop ?? 0, opened: id });
    },
    [memory]
  );
  return { scroll, opened, remember };
}
