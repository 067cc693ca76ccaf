import { RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** Where a browser can't tell, everything counts as seen. */
const NO_OBSERVER = typeof IntersectionObserver === 'undefined';

/**
 * Whether any of an element is on the screen: false in a collapsed panel, in a notebook behind another
 * tab, and in a cell that is scrolled away.
 */
export function useOnScreen(ref: RefObject<Element>): boolean {
  const [onScreen, setOnScreen] = useState(NO_OBSERVER);
  useEffect(() => {
    const element = ref.current;
    if (!element || NO_OBSERVER) {
      return;
    }
    const observer = new IntersectionObserver(entries =>
      setOnScreen(entries[entries.length - 1]!.isIntersecting)
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return onScreen;
}

/** Whether an element is at least `width` pixels wide; the last answer while it is hidden. */
export function useWide(ref: RefObject<Element>, width: number): boolean {
  return useMeasured(ref, false, now => now >= width);
}

/** How many things of at least `width` pixels have room side by side; the last answer while it is hidden. */
export function useColumns(ref: RefObject<Element>, width: number): number {
  return useMeasured(ref, 1, now => Math.max(1, Math.floor(now / width)));
}

/** What follows from the width of an element. */
function useMeasured<T>(
  ref: RefObject<Element>,
  first: T,
  conclude: (width: number) => T
): T {
  const [value, setValue] = useState(first);
  const conclusion = useRef(conclude);
  conclusion.current = conclude;
  // Before the first paint, so that nothing jumps.
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element || typeof ResizeObserver === 'undefined') {
      return;
    }
    const consider = (now: number) => {
      if (now > 0) {
        setValue(conclusion.current(now));
      }
    };
    consider(element.getBoundingClientRect().width);
    const observer = new ResizeObserver(entries =>
      consider(entries[entries.length - 1]!.contentRect.width)
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return value;
}

const REFRESH_DELAY = 500;

/**
 * Refresh something some time after `cause` changed: once for many changes in a row, and not for the first value. Where
 * the page is hidden by then, once it can be seen again.
 */
export function useRefreshAfter(
  cause: unknown,
  refresh: () => Promise<void>,
  active: boolean
): void {
  const seen = useRef(cause);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => {
    if (seen.current === cause) {
      return;
    }
    seen.current = cause;
    // One that waits already sees this change too.
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      whenSeen(refresh);
    }, REFRESH_DELAY);
  }, [cause, refresh]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [active]
  );
}

/** What waits for the page to be seen again; each once. */
const waiting = new Set<() => Promise<void>>();

function whenSeen(refresh: () => Promise<void>): void {
  if (!document.hidden) {
    void refresh();
    return;
  }
  if (waiting.size === 0) {
    document.addEventListener('visibilitychange', seen);
  }
  waiting.add(refresh);
}

function seen(): void {
  if (!document.hidden) {
    document.removeEventListener('visibilitychange', seen);
    waiting.forEach(refresh => void refresh());
    waiting.clear();
  }
}
