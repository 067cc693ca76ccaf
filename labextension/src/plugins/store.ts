import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Clipboard } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { DeploymentClient } from '../api/client';
import { DeploymentsClient } from '../api/deployments';
import { RestClient } from '../api/rest';
import { administrationOver } from '../model/administration';
import { detailsOver } from '../model/details';
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
  optional: [ITranslator],
  provides: IDeployments,
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator | null
  ): IDeployments => {
    const rest = new RestClient(app.serviceManager.serverSettings);
    const all = new DeploymentClient(rest);
    const client = new DeploymentsClient(rest);
    const me = new Resource(signal => all.me(signal), ME_INTERVAL);
    return {
      store: new DeploymentStore(all),
      me,
      client,
      details: detailsOver(client),
      administration: administrationOver(rest, me),
      translator: translator ?? nullTranslator,
      // Works on plain http too, where the browser has no `navigator.clipboard`.
      copy: text => Clipboard.copyToSystem(text),
      report: reporter(translator ?? nullTranslator),
      openTab: place => void app.commands.execute(OPEN_PLACE, { ...place })
    };
  }
};
