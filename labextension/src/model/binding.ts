import { useCallback, useSyncExternalStore } from 'react';

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
