/** How long the store waits for what, in milliseconds. */
export interface ITiming {
  /** Without a line for so long the stream counts as dead; the server sends one every 15 s. */
  heartbeat: number;
  /** Between two snapshots that catch whatever the stream missed. */
  poll: number;
  /** How long nobody may be looking before the stream ends. */
  linger: number;
  /** First and longest wait before connecting again. */
  retry: { first: number; longest: number };
  /** Between attempts when only a person can help: extension missing, login ended. */
  blocked: number;
}

export const TIMING: ITiming = {
  heartbeat: 30_000,
  poll: 60_000,
  linger: 10_000,
  retry: { first: 1_000, longest: 30_000 },
  blocked: 60_000
};

/**
 * Wait before attempt `failures + 1`: exponential, with jitter over the upper half so that the tabs of
 * a whole class don't come back at once when their server does.
 */
export function backOff(
  failures: number,
  { first, longest }: ITiming['retry'],
  random: () => number = Math.random
): number {
  const ceiling = Math.min(longest, first * 2 ** Math.max(0, failures - 1));
  return ceiling * (0.5 + random() / 2);
}

/**
 * A wait that ends early when `signal` is aborted or `wake` is called.
 */
export class Pause {
  wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.wake = () => undefined;
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      signal.addEventListener('abort', end);
      this.wake = end;
      if (signal.aborted) {
        end();
      }
    });
  }

  /** End the current wait, if any. */
  wake: () => void = () => undefined;
}
