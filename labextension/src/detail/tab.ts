import type { TranslationBundle } from '@jupyterlab/translation';

import type { DetailTab } from '../model/place';

/** What every tab of a deployment is given. */
export interface ITabProps {
  /** Of the deployment. */
  id: string;
  /** Whether a person can see the tab. */
  active: boolean;
  /** What a link leads to in it: a line of the log. */
  line?: string;
}

export function tabTitle(tab: DetailTab, trans: TranslationBundle): string {
  switch (tab) {
    case 'information':
      return trans.__('Information');
    case 'try':
      return trans.__('Try it');
    case 'logs':
      return trans.__('Logs');
    case 'history':
      return trans.__('History');
    case 'metrics':
      return trans.__('Metrics');
    case 'events':
      return trans.__('Events');
    case 'access':
      return trans.__('Access');
  }
}
