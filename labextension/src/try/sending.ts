import { useCallback, useEffect, useRef, useState } from 'react';

import type { Deployment, Reason } from '../api/contract';
import type { DeploymentsClient } from '../api/deployments';
import { ApiError } from '../api/errors';
import { useSession } from '../ui/session';
import { errorWords } from './answers';

/** What came of a request. */
export interface IAnswer {
  readonly revision: number;
  /** `endpoint`: as callers are answered. `trial`: by a copy that was loaded for this. */
  readonly via: 'endpoint' | 'trial';
  readonly ok: boolean;
  /** HTTP status, where the endpoint answered. */
  readonly status: number | null;
  readonly body: unknown;
  /** Why not, in the words of the model, or of whoever stands before it. */
  readonly message: string;
  readonly reason: Reason | null;
  /** The last lines that a trial printed. */
  readonly log: readonly string[];
  readonly milliseconds: number;
}

/**
 * Ask one revision: the one that serves by the endpoint, any other by a copy that is loaded for a moment.
 *
 * What goes wrong is an answer too; only an end that was asked for (`signal`) is thrown.
 */
export async function ask(
  client: DeploymentsClient,
  deployment: Deployment,
  revision: number,
  body: unknown,
  path: string | undefined,
  signal: AbortSignal
): Promise<IAnswer> {
  const began = performance.now();
  const via = revision === deployment.serving_revision ? 'endpoint' : 'trial';
  const common = {
    revision,
    via,
    status: null,
    reason: null,
    log: []
  } as const;
  try {
    if (via === 'endpoint') {
      const answer = await client.predict(deployment.id, body, path, signal);
      const ok = answer.status === 200;
      return {
        ...common,
        ok,
        status: answer.status,
        body: answer.body,
        message: ok ? '' : errorWords(answer.body),
        milliseconds: answer.latency_ms
      };
    }
    const trial = await client.tryRevision(
      deployment.id,
      revision,
      body,
      signal
    );
    return {
      ...common,
      ok: trial.ok,
      body: trial.answer,
      message: trial.message ?? '',
      reason: trial.reason ?? null,
      log: trial.log_tail ?? [],
      milliseconds: trial.duration * 1000
    };
  } catch (error) {
    if (signal.aborted) {
      throw error;
    }
    return {
      ...common,
      ok: false,
      status: error instanceof ApiError ? error.status : null,
      body: null,
      message: error instanceof Error ? error.message : String(error),
      milliseconds: performance.now() - began
    };
  }
}

export interface ISending {
  /** What came, one for each revision that was asked; null: nothing was asked yet, or it was cancelled. */
  readonly answers: readonly IAnswer[] | null;
  /** Since when it is waited for (ISO 8601); null: for nothing. */
  readonly since: string | null;
  readonly cancelled: boolean;
  readonly send: (
    deployment: Deployment,
    revisions: readonly number[],
    body: unknown,
    /** Below the endpoint, where it is asked; left out: where the model is. */
    path?: string
  ) => void;
  readonly cancel: () => void;
}

/** Sends one request at a time, to one revision or to two. */
export function useSending(): ISending {
  const { client } = useSession();
  const [state, setState] = useState<
    Pick<ISending, 'answers' | 'since' | 'cancelled'>
  >({ answers: null, since: null, cancelled: false });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const send = useCallback<ISending['send']>(
    (deployment, revisions, body, path) => {
      running.current?.abort();
      const controller = new AbortController();
      running.current = controller;
      setState({
        answers: null,
        since: new Date().toISOString(),
        cancelled: false
      });
      const { signal } = controller;
      Promise.all(
        revisions.map(one => ask(client, deployment, one, body, path, signal))
      ).then(
        answers => {
          if (running.current === controller) {
            running.current = null;
            setState({ answers, since: null, cancelled: false });
          }
        },
        // Cancelled, or overtaken by the next.
        () => undefined
      );
    },
    [client]
  );
  const cancel = useCallback(() => {
    running.current?.abort();
    running.current = null;
    setState({ answers: null, since: null, cancelled: true });
  }, []);
  return { ...state, send, cancel };
}
