import { useCallback, useRef, useState } from 'react';

import type { DryRun, Trial } from '../api/contract';
import type { Messages } from './checks';
import { messagesOf } from './messages';

export type Phase = 'typing' | 'trying' | 'sending';

/** What a form does with what was typed; both throw what the server says against it. */
export interface ISteps {
  /** Everything is checked and the model loaded for a moment; nothing changes. */
  attempt: (signal: AbortSignal) => Promise<DryRun>;
  send: () => Promise<void>;
}

export interface ISending {
  readonly phase: Phase;
  readonly messages: Messages;
  readonly problem: Error | null;
  /** Why the trial failed; null when it didn't. */
  readonly trial: Trial | null;
  /** Check, try (unless that is skipped), send. */
  readonly submit: (wrong: Messages, skip: boolean, steps: ISteps) => void;
  /** Stop waiting for a trial. */
  readonly cancel: () => void;
  /** Something was typed: what was said against it no longer holds. */
  readonly forget: (...fields: string[]) => void;
  readonly complain: (error: unknown) => void;
}

const NOTHING: Messages = {};

/** The way of a form to the server: first the rules, then a trial, then for good. */
export function useSending(): ISending {
  const [phase, setPhase] = useState<Phase>('typing');
  const [messages, setMessages] = useState<Messages>(NOTHING);
  const [problem, setProblem] = useState<Error | null>(null);
  const [trial, setTrial] = useState<Trial | null>(null);
  const trying = useRef<AbortController | null>(null);

  const complain = useCallback((error: unknown) => {
    const found = messagesOf(error);
    setMessages(found);
    setProblem(error instanceof Error ? error : new Error(String(error)));
  }, []);

  const submit = useCallback(
    (wrong: Messages, skip: boolean, steps: ISteps) => {
      setMessages(wrong);
      setProblem(null);
      setTrial(null);
      if (Object.keys(wrong).length > 0) {
        return;
      }
      const controller = new AbortController();
      trying.current = controller;
      const run = async () => {
        if (!skip) {
          setPhase('trying');
          const tried = await steps.attempt(controller.signal);
          if (tried.trial && !tried.trial.ok) {
            setTrial(tried.trial);
            return;
          }
        }
        if (!controller.signal.aborted) {
          trying.current = null;
          setPhase('sending');
          await steps.send();
        }
      };
      run()
        .catch((error: unknown) => {
          if (!controller.signal.aborted) {
            complain(error);
          }
        })
        .finally(() => setPhase('typing'));
    },
    [complain]
  );

  const cancel = useCallback(() => trying.current?.abort(), []);
  const forget = useCallback((...fields: string[]) => {
    setMessages(before => {
      const kept = Object.entries(before).filter(
        ([name]) => !fields.some(field => name.split(/[#.]/)[0] === field)
      );
      // The same object while nothing was said: what is wrong must not take the focus again.
      return kept.length === Object.keys(before).length
        ? before
        : Object.fromEntries(kept);
    });
  }, []);
  return {
    phase,
    messages,
    problem,
    trial,
    submit,
    cancel,
    forget,
    complain
  };
}
