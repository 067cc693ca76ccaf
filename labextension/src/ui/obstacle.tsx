import React from 'react';

import type { IDeploymentsState } from '../model/store';
import { Mismatch, Missing, Skeleton, Unauthorized } from './notices';

/** What stands in the place of the deployments when there is nothing true to show. */
export function obstacle(
  state: IDeploymentsState,
  retry: () => void
): JSX.Element | null {
  switch (state.connection) {
    case 'missing':
      return <Missing onAction={retry} />;
    case 'mismatch':
      return <Mismatch server={state.serverVersion} onAction={retry} />;
    case 'unauthorized':
      return <Unauthorized problem={state.problem} onAction={retry} />;
    case 'loading':
      return <Skeleton />;
    case 'stale':
      return state.syncedAt === null ? <Skeleton /> : null;
    case 'live':
      return null;
  }
}
