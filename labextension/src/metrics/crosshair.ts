import { useSyncExternalStore } from 'react';

/** The moment that somebody points at: one for all charts. */
export class Crosshair {
  /** Unix seconds; null: nobody points. */
  readonly getTime = (): number | null => this.time;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  set(time: number | null): void {
    if (time !== this.time) {
      this.time = time;
      this.listeners.forEach(listener => listener());
    }
  }

  private time: number | null = null;
  private readonly listeners = new Set<() => void>();
}

export const useCrosshair = (crosshair: Crosshair): number | null =>
  useSyncExternalStore(crosshair.subscribe, crosshair.getTime);
