import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';

import { ITurn, Turns, isWanted } from '../model/turns';
import { IDeployments } from '../tokens';
import { DOMAIN } from '../ui/translation';
import { trouble } from '../ui/vocabulary';
import { headline } from './reports';

/** How long good news stay (ms). */
const GOOD_NEWS = 10_000;

/** Tells what turned, where the user wants to know. */
export const notificationsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'primehub-deploy-ext:notifications',
  description: 'Tells when deployments fail, recover or are there.',
  autoStart: true,
  requires: [IDeployments],
  activate: (_app: JupyterFrontEnd, session: IDeployments): void => {
    const { store, preferences, me } = session;
    const turns = new Turns();
    let seen = store.getState().deployments;
    store.observe(() => {
      const { connection, deployments } = store.getState();
      if (connection !== 'live' || deployments === seen) {
        return;
      }
      seen = deployments;
      for (const turn of turns.accept(deployments)) {
        const likes = preferences.getState();
        if (
          isWanted(turn, likes, me.getState().value?.user) &&
          // Whoever deploys with the form is told by it already.
          !session.follows(turn.deployment)
        ) {
          tell(turn, session);
        }
      }
    });
  }
};

function tell({ kind, deployment }: ITurn, session: IDeployments): void {
  const trans = session.translator.load(DOMAIN);
  const { id, name } = deployment;
  const open = {
    label: trans.__('Open'),
    caption: trans.__('Open the deployment %1', name),
    callback: () => session.openTab({ view: 'deployment', id })
  };
  switch (kind) {
    case 'failed': {
      const found = trouble(deployment, trans);
      const why = [found?.reason, found?.message].filter(Boolean).join(': ');
      Notification.error(headline(trans.__('%1: %2', name, why)), {
        autoClose: false,
        actions: [
          open,
          {
            label: trans.__('Logs'),
            caption: trans.__('Show what it printed'),
            callback: () =>
              session.openTab({ view: 'deployment', id, tab: 'logs' })
          }
        ]
      });
      break;
    }
    case 'recovered':
      Notification.success(trans.__('%1 serves again', name), {
        autoClose: GOOD_NEWS,
        actions: [open]
      });
      break;
    case 'deployed':
      Notification.success(trans.__('%1 is deployed', name), {
        autoClose: GOOD_NEWS,
        actions: [open]
      });
      break;
  }
}
