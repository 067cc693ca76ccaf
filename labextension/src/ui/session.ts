import { createContext, useContext } from 'react';

import type { IDeployments } from '../tokens';

const SessionContext = createContext<IDeployments | null>(null);

export const SessionProvider = SessionContext.Provider;

/** What every view of deployments in this tab shares. */
export function useSession(): IDeployments {
  const session = useContext(SessionContext);
  if (session === null) {
    throw new Error('there is no SessionProvider');
  }
  return session;
}
