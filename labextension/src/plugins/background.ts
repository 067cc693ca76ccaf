import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IStateDB } from '@jupyterlab/statedb';

import { IDeployments } from '../tokens';

/** Whether the user had deployments when this browser was here last. */
const STATE = 'primehub-deploy-ext:has-deployments';

/**
 * Keeps the stream of changes going without a view, for the status bar and for notifications: for those who have
 * deployments. Whoever never made one costs the server nothing.
 */
export const backgroundPlugin: JupyterFrontEndPlugin<void> = {
  id: 'primehub-deploy-ext:background',
  description: 'Follows deployments while no view of them is open.',
  autoStart: true,
  requires: [IDeployments],
  optional: [IStateDB],
  activate: (
    app: JupyterFrontEnd,
    { store, preferences }: IDeployments,
    state: IStateDB | null
  ): void => {
    let has = false;
    let end: (() => void) | null = null;
    const reconsider = () => {
      const likes = preferences.getState();
      const wanted =
        has &&
        (likes.statusBar ||
          likes.notifyFailed ||
          likes.notifyRecovered ||
          likes.notifyDeployed ||
          likes.notifyAlerts);
      if (wanted) {
        end ??= store.subscribe(() => undefined);
      } else {
        end?.();
        end = null;
      }
    };
    const look = () => {
      const { connection, deployments } = store.getState();
      if (connection === 'live' && has !== deployments.length > 0) {
        has = deployments.length > 0;
        void state?.save(STATE, has);
        reconsider();
      }
    };
    store.observe(look);
    preferences.subscribe(reconsider);
    void app.restored
      .then(() => state?.fetch(STATE))
      .then(kept => {
        has ||= kept === true;
        reconsider();
      });
  }
};
