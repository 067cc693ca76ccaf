import { useEffect, useState } from 'react';

export interface IAsked<T> {
  /** The last answer; null before the first. */
  readonly value: T | null;
  readonly problem: Error | null;
  readonly asking: boolean;
}

/**
 * Ask the server again whenever the question changes; an answer to an earlier one is dropped.
 *
 * @param ask - Null: nothing to ask.
 */
export function useAsked<T>(
  ask: ((signal: AbortSignal) => Promise<T>) | null
): IAsked<T> {
  const [state, setState] = useState<IAsked<T>>({
    value: null,
    problem: null,
    asking: ask !== null
  });
  useEffect(() => {
    if (ask === null) {
      setState({ value: null, problem: null, asking: false });
      return;
    }
    const controller = new AbortController();
    setState(before => ({ ...before, asking: true }));
    ask(controller.signal).then(
      value => {
        if (!controller.signal.aborted) {
          setState({ value, problem: null, asking: false });
        }
      },
      (error: unknown) => {
        if (!controller.signal.aborted) {
          const problem =
            error instanceof Error ? error : new Error(String(error));
          setState(before => ({ ...before, problem, asking: false }));
        }
      }
    );
    return () => controller.abort();
  }, [ask]);
  return state;
}
