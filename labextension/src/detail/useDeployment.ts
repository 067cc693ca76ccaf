import { useRef } from 'react';

import type { Deployment } from '../api/contract';
import { ApiError } from '../api/errors';
import { useDeployments, useResource } from '../model/binding';
import type { IDeploymentsState } from '../model/store';
import { useSession } from '../ui/session';

export interface ILookup {
  readonly state: IDeploymentsState;
  /** As last seen; null when it never was. */
  readonly deployment: Deployment | null;
  /** `looking`: nobody knows yet; `unknown`: there is none, or not for the caller; `gone`: there was. */
  readonly presence: 'known' | 'looking' | 'unknown' | 'gone';
}

/**
 * One deployment, kept up to date: from the stream of those of the caller's groups, or, when it is not among
 * them (administrators come from the list of all), asked for by itself.
 */
export function useDeployment(id: string, active: boolean): ILookup {
  const { store, details } = useSession();
  const state = useDeployments(store, active);
  const streamed = state.deployments.find(item => item.id === id) ?? null;
  const listed = state.connection === 'live' || state.syncedAt !== null;
  const asked = useResource(
    details(id).deployment,
    active && streamed === null && listed
  );
  const seen = useRef<Deployment | null>(null);
  seen.current = streamed ?? newer(asked.value, seen.current);
  const deployment = seen.current;
  return { state, deployment, presence: presence() };

  function presence(): ILookup['presence'] {
    if (streamed !== null) {
      return 'known';
    }
    const refused =
      asked.problem instanceof ApiError &&
      (asked.problem.status === 404 || asked.problem.status === 403);
    if (refused) {
      return deployment === null ? 'unknown' : 'gone';
    }
    return deployment === null ? 'looking' : 'known';
  }
}

function newer(
  one: Deployment | null,
  other: Deployment | null
): Deployment | null {
  return one && other
    ? one.resource_version > other.resource_version
      ? one
      : other
    : (one ?? other);
}
