import { createContext, useContext } from 'react';

/** Where the screens are: they fill the side panel or a tab, or grow in a notebook cell up to its height. */
export type Host = 'panel' | 'tab' | 'cell';

export const HostContext = createContext<Host>('panel');

/** Where the view is: in the side panel, in a tab, or in a notebook cell. */
export const useHost = (): Host => useContext(HostContext);
