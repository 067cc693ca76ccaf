import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Clipboard } from '@jupyterlab/apputils';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { DeploymentClient } from '../api/client';
import { DeploymentsClient } from '../api/deployments';
import { RestClient } from '../api/rest';
import { administrationOver } from '../model/administration';
import { detailsOver } from '../model/details';
import { Drafts } from '../model/drafts';
import type { Place } from '../model/place';
import { Resource } from '../model/resource';
import { DeploymentStore } from '../model/store';
import { IDeployments } from '../tokens';
import { reporter } from './reports';
import { OPEN_PLACE } from './tabs';

/** How often the caller's groups and rights are asked for while a view is open (ms). */
const ME_INTERVAL = 30_000;

/** One store per tab: the panel and every cell show the same, from one stream. */
export const storePlugin: JupyterFrontEndPlugin<IDeployments> = {
  id: 'primehub-deploy-ext:store',
  description: 'Keeps the deployments of this server up to date.',
  autoStart: true,
  optional: [ITranslator, IStateDB],
  provides: IDeployments,
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator | null,
    state: IStateDB | null
  ): IDeployments => {
    const rest = new RestClient(app.serviceManager.serverSettings);
    const all = new DeploymentClient(rest);
    const client = new DeploymentsClient(rest);
    const me = new Resource(signal => all.me(signal), ME_INTERVAL);
    const store = new DeploymentStore(all);
    const openTab = (place: Place) =>
      void app.commands.execute(OPEN_PLACE, { ...place });
    const following = {
      store,
      openTab,
      translator: translator ?? nullTranslator
    };
    const drafts = new Drafts(state);
    void app.restored.then(() => drafts.tidy());
    return {
      store,
      me,
      client,
      details: detailsOver(client),
      administration: administrationOver(rest, me),
      drafts,
      translator: translator ?? nullTranslator,
      // Works on plain http too, where the browser has no `navigator.clipboard`.
      copy: text => Clipboard.copyToSystem(text),
      report: reporter(translator ?? nullTranslator),
      openTab,
      follow: deployment =>
        void import('../form/following').then(({ follow }) =>
          follow(following, deployment)
        )
    };
  }
};
