import { createContext, useContext } from 'react';

import type { Deployment, Me } from '../api/contract';

/** What all parts of a detail share. */
export interface IDetailContext {
  readonly deployment: Deployment;
  /** Null until it came. */
  readonly me: Me | null;
  /** Whether the caller may call it, and make others like it. */
  readonly usable: boolean;
  /** Whether the caller may change it: not what another tool keeps as it is. */
  readonly writable: boolean;
  /** The revision that was asked for last, by a new object each time; null: none yet. */
  readonly asked: { readonly revision: number } | null;
  /** Show this one in the history. */
  readonly showRevision: (revision: number) => void;
}

const DetailContext = createContext<IDetailContext | null>(null);

export const DetailProvider = DetailContext.Provider;

export function useDetail(): IDetailContext {
  const detail = useContext(DetailContext);
  if (detail === null) {
    throw new Error('there is no DetailProvider');
  }
  return detail;
}
