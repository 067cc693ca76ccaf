import { RefObject, useEffect, useState } from 'react';

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
  const [wide, setWide] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (!element || typeof ResizeObserver === 'undefined') {
      return;
    }
    const observer = new ResizeObserver(entries => {
      const now = entries[entries.length - 1]!.contentRect.width;
      if (now > 0) {
        setWide(now >= width);
      }
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref, width]);
  return wide;
}
