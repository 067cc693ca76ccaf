import { useCallback, useSyncExternalStore } from 'react';

import type { IResourceState, Resource } from './resource';
import type { DeploymentStore, IDeploymentsState } from './store';

/**
 * The store's state, for a React component.
 *
 * @param active - Whether a person can see the component: only then does it keep the stream going.
 */
export function useDeployments(
  store: DeploymentStore,
  active: boolean
): IDeploymentsState {
  const subscribe = useCallback(
    (listener: () => void) =>
      active ? store.subscribe(listener) : () => undefined,
    [store, active]
  );
  return useSyncExternalStore(subscribe, store.getState);
}

/**
 * A resource's state, for a React component.
 *
 * @param active - Whether a person can see the component: only then is it kept up to date.
 */
export function useResource<T>(
  resource: Resource<T>,
  active: boolean
): IResourceState<T> {
  const subscribe = useCallback(
    (listener: () => void) =>
      active ? resource.subscribe(listener) : () => undefined,
    [resource, active]
  );
  return useSyncExternalStore(subscribe, resource.getState);
}
