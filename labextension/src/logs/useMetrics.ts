import { RefObject, useLayoutEffect, useState } from 'react';

export interface IMetrics {
  /** Width of a character (px). */
  readonly character: number;
  /** Of what scrolls (px). */
  readonly width: number;
  readonly height: number;
}

const SAMPLE = 100;

/** How large the scrolling element and its characters are; the last answer while it is hidden. */
export function useMetrics(scroller: RefObject<HTMLElement>): IMetrics {
  const [metrics, setMetrics] = useState<IMetrics>({
    character: 8,
    width: 800,
    height: 400
  });
  useLayoutEffect(() => {
    const element = scroller.current!;
    const measure = () => {
      if (element.clientHeight === 0) {
        return;
      }
      const sample = document.createElement('span');
      sample.className = 'pd-LogSample';
      sample.textContent = 'x'.repeat(SAMPLE);
      element.append(sample);
      const character = sample.getBoundingClientRect().width / SAMPLE || 8;
      sample.remove();
      setMetrics(before => {
        const now = {
          character,
          width: element.clientWidth,
          height: element.clientHeight
        };
        return before.character === now.character &&
          before.width === now.width &&
          before.height === now.height
          ? before
          : now;
      });
    };
    measure();
    if (typeof ResizeObserver === 'undefined') {
      return;
    }
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller]);
  return metrics;
}
