import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Clipboard, Notification } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { DeploymentClient } from '../api/client';
import type { Deployment } from '../api/contract';
import { DeploymentsClient } from '../api/deployments';
import { ModelsClient } from '../api/models';
import { RestClient } from '../api/rest';
import { administrationOver } from '../model/administration';
import { detailsOver } from '../model/details';
import { Drafts } from '../model/drafts';
import type { Place } from '../model/place';
import { Resource } from '../model/resource';
import { shelvesIn } from '../model/savedRequests';
import { DeploymentStore } from '../model/store';
import { trafficOver } from '../model/traffic';
import { IDeployments } from '../tokens';
import { DOMAIN } from '../ui/translation';
import { CommandIDs } from './commandIds';
import { fileChooser } from './fileChoice';
import { inserter } from './insertion';
import { linkTo } from './links';
import { preferencesFrom } from './preferences';
import { reporter } from './reports';

/** How often the caller's groups and rights are asked for while a view is open (ms). */
const ME_INTERVAL = 30_000;

/** How long it is said that something was done (ms). */
const TOLD_FOR = 3_000;

/** One store per tab: the panel and every cell show the same, from one stream. */
export const storePlugin: JupyterFrontEndPlugin<IDeployments> = {
  id: 'primehub-deploy-ext:store',
  description: 'Keeps the deployments of this server up to date.',
  autoStart: true,
  optional: [
    ITranslator,
    INotebookTracker,
    ISettingRegistry,
    IStateDB,
    IDocumentManager
  ],
  provides: IDeployments,
  activate: (
    app: JupyterFrontEnd,
    translation: ITranslator | null,
    notebooks: INotebookTracker | null,
    settings: ISettingRegistry | null,
    state: IStateDB | null,
    documents: IDocumentManager | null
  ): IDeployments => {
    const translator = translation ?? nullTranslator;
    const show = (command: string) => (place: Place) =>
      void app.commands.execute(command, { ...place });
    const rest = new RestClient(app.serviceManager.serverSettings);
    const all = new DeploymentClient(rest);
    const client = new DeploymentsClient(rest);
    const preferences = preferencesFrom(settings);
    const me = new Resource(signal => all.me(signal), ME_INTERVAL);
    const store = new DeploymentStore(all);
    const adaptPoll = () => store.setPoll(preferences.getState().poll * 1_000);
    preferences.subscribe(adaptPoll);
    adaptPoll();
    const openTab = show(CommandIDs.openPlace);
    const following = { store, openTab, translator };
    const followed = new Set<string>();
    const drafts = new Drafts(state);
    // Works on plain http too, where the browser has no `navigator.clipboard`.
    const copy = (text: string) => Clipboard.copyToSystem(text);
    void app.restored.then(() => drafts.tidy());
    return {
      store,
      me,
      summary: trafficOver(signal => client.metricsSummary(signal)),
      client,
      models: new ModelsClient(rest),
      details: detailsOver(client),
      administration: administrationOver(rest, me),
      drafts,
      requests: shelvesIn(state),
      translator,
      copy,
      report: reporter(translator, copy),
      tell: text => void Notification.success(text, { autoClose: TOLD_FOR }),
      openTab,
      openPanel: show(CommandIDs.open),
      linkTo,
      insertCell: inserter(app, notebooks, translator.load(DOMAIN)),
      chooseFile: documents && fileChooser(documents, translator),
      preferences,
      follows: deployment => followed.has(revisionOf(deployment)),
      follow: (deployment, change) => {
        followed.add(revisionOf(deployment));
        void import('../form/following').then(({ follow }) =>
          follow(following, deployment, change)
        );
      }
    };
  }
};

const revisionOf = ({ id, revision }: Deployment): string =>
  `${id}/${revision}`;
