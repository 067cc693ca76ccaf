import type { KeyboardEvent } from 'react';

import type { Crosshair } from './crosshair';
import { Span, zoomBy } from './series';

export interface IKeyTarget {
  crosshair: Crosshair;
  shown: Span;
  whole: Span;
  step: number;
  onZoom: (zoom: Span | null) => void;
}

const CLOSER = 0.5;
const FAR = 10;

/** Everything that the mouse does to a chart, by keys. */
export function chartKey(
  event: Pick<
    KeyboardEvent,
    'key' | 'shiftKey' | 'preventDefault' | 'stopPropagation'
  >,
  { crosshair, shown, whole, step, onZoom }: IKeyTarget
): void {
  const [from, to] = shown;
  const time = crosshair.getTime();
  const stride = step * (event.shiftKey ? FAR : 1);
  const point = (next: number) =>
    crosshair.set(Math.min(to, Math.max(from, next)));
  const zoom = (factor: number) =>
    onZoom(zoomBy(factor, time ?? (from + to) / 2, shown, whole, step));
  switch (event.key) {
    case 'ArrowLeft':
      point((time ?? to + stride) - stride);
      break;
    case 'ArrowRight':
      point((time ?? from - stride) + stride);
      break;
    case 'Home':
      point(from);
      break;
    case 'End':
      point(to);
      break;
    case '+':
    case '=':
      zoom(CLOSER);
      break;
    case '-':
      zoom(1 / CLOSER);
      break;
    case 'Escape':
      crosshair.set(null);
      onZoom(null);
      break;
    default:
      return;
  }
  event.preventDefault();
  event.stopPropagation();
}
