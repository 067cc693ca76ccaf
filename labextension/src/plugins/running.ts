import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IRunningSessionManagers } from '@jupyterlab/running';
import { Signal } from '@lumino/signaling';

import type { Deployment } from '../api/contract';
import { IDeployments } from '../tokens';
import { deploymentsIcon } from '../ui/icons';
import { DOMAIN } from '../ui/translation';
import { phaseWord } from '../ui/vocabulary';
import { stageOf } from './stage';

/** Lists what runs beside kernels and terminals: it uses the machine as they do. */
export const runningPlugin: JupyterFrontEndPlugin<void> = {
  id: 'primehub-deploy-ext:running',
  description: 'Shows running deployments in the panel of what runs.',
  autoStart: true,
  requires: [IDeployments],
  optional: [IRunningSessionManagers],
  activate: (
    _app: JupyterFrontEnd,
    session: IDeployments,
    managers: IRunningSessionManagers | null
  ): void => {
    const { store, client, translator, openTab, report } = session;
    const trans = translator.load(DOMAIN);
    const stage = stageOf(session);
    const runningChanged = new Signal<object, void>({});
    store.observe(() => runningChanged.emit());
    const running = (): readonly Deployment[] =>
      store.getState().deployments.filter(({ spec }) => !spec.stopped);

    managers?.add({
      name: trans.__('Deployments'),
      running: () =>
        running().map(deployment => {
          const { id, name, endpoint, status } = deployment;
          const { ready, desired } = status.replicas;
          return {
            context: 'primehub-deploy',
            icon: () => deploymentsIcon,
            label: () => name,
            labelTitle: () => endpoint,
            detail: () =>
              `${phaseWord(status.phase, trans)} ${ready}/${desired}`,
            open: () => openTab({ view: 'deployment', id }),
            shutdown: () =>
              void stage().then(({ controls }) =>
                controls.run('stop', deployment)
              )
          };
        }),
      shutdownAll: () =>
        void Promise.allSettled(
          running().map(({ id }) => client.stop(id))
        ).then(results => {
          const failed = results.find(({ status }) => status === 'rejected');
          if (failed?.status === 'rejected') {
            report(failed.reason);
          }
        }),
      refreshRunning: () => void store.refresh(),
      runningChanged,
      shutdownLabel: trans.__('Stop'),
      shutdownAllLabel: trans.__('Stop All'),
      shutdownAllConfirmationText: () =>
        trans._n(
          'Stop %1 deployment? Callers get an error until it is started again.',
          'Stop all %1 deployments? Callers get an error until they are started again.',
          running().length
        )
    });
  }
};
