import {
  IRouter,
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';

import { placeOfSearch, queryOfPlace, withoutPlace } from '../model/link';
import type { Place } from '../model/place';
import { IDeployments } from '../tokens';

const FOLLOW_LINK = 'primehub-deploy:follow-link';

/**
 * The address of a place. On JupyterHub it leads everybody who opens it to their own server: what they see there is
 * what they may see.
 */
export function linkTo(place: Place): string {
  const hub = PageConfig.getOption('hubPrefix');
  const lab = hub
    ? URLExt.join(
        PageConfig.getOption('hubHost') || window.location.origin,
        hub,
        'user-redirect/lab'
      )
    : URLExt.join(PageConfig.getBaseUrl(), 'lab');
  return `${new URL(lab, window.location.href).href}?${queryOfPlace(place)}`;
}

export const linksPlugin: JupyterFrontEndPlugin<void> = {
  id: 'primehub-deploy-ext:links',
  description: 'Opens the place that the address of the page names.',
  autoStart: true,
  requires: [IDeployments, IRouter],
  activate: (
    app: JupyterFrontEnd,
    deployments: IDeployments,
    router: IRouter
  ): void => {
    app.commands.addCommand(FOLLOW_LINK, {
      execute: args => {
        const {
          path = '',
          search = '',
          hash = ''
        } = args as Partial<IRouter.ILocation>;
        const place = placeOfSearch(search);
        if (place === null) {
          return;
        }
        // What was open before comes back first, and would else cover it. Not awaited: it waits for the router.
        void app.restored.then(() => {
          if (place.view === 'deployments') {
            deployments.openPanel(place);
          } else {
            deployments.openTab(place);
          }
          // The link has led where it leads: a reload shows what is then open.
          router.navigate(`${path}${withoutPlace(search)}${hash}`, {
            skipRouting: true
          });
        });
      }
    });
    router.register({
      command: FOLLOW_LINK,
      pattern: /[?&]primehub-deploy=/,
      rank: 30
    });
  }
};
