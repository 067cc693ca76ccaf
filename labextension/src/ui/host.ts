import { createContext, useContext } from 'react';

import type { Host } from './App';

export const HostContext = createContext<Host>('panel');

/** Where the view is: in the side panel, in a tab, or in a notebook cell. */
export const useHost = (): Host => useContext(HostContext);
