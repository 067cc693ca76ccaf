import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Clipboard } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { DeploymentClient } from '../api/client';
import { DeploymentStore } from '../model/store';
import { IDeployments } from '../tokens';

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
  ): IDeployments => ({
    store: new DeploymentStore(
      new DeploymentClient(app.serviceManager.serverSettings)
    ),
    translator: translator ?? nullTranslator,
    // Works on plain http too, where the browser has no `navigator.clipboard`.
    copy: text => Clipboard.copyToSystem(text)
  })
};
