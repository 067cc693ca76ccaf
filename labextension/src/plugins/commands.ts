import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { refreshIcon } from '@jupyterlab/ui-components';

import { IDeployments } from '../tokens';
import { DOMAIN } from '../ui/translation';
import { CommandIDs } from './commandIds';

const NO_ARGUMENTS = { args: { type: 'object', properties: {} } } as const;

export const commandsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'primehub-deploy-ext:commands',
  description: 'Commands for deployments, in palette, launcher and menus.',
  autoStart: true,
  requires: [IDeployments],
  optional: [ICommandPalette, ILauncher],
  activate: (
    app: JupyterFrontEnd,
    { store, me, translator, copy }: IDeployments,
    palette: ICommandPalette | null,
    launcher: ILauncher | null
  ): void => {
    const trans = translator.load(DOMAIN);

    /** The id that was given, or that of the row under the context menu. */
    const deploymentOf = (id: unknown): string | undefined =>
      typeof id === 'string' && id !== ''
        ? id
        : app.contextMenuHitTest(
            node => node.dataset['deployment'] !== undefined
          )?.dataset['deployment'];

    app.commands.addCommand(CommandIDs.refresh, {
      label: trans.__('Refresh Model Deployments'),
      icon: refreshIcon,
      describedBy: NO_ARGUMENTS,
      execute: () => Promise.all([store.refresh(), me.refresh()])
    });

    app.commands.addCommand(CommandIDs.copyEndpoint, {
      label: trans.__('Copy Endpoint'),
      caption: trans.__('Copy the URL of a deployment'),
      describedBy: {
        args: {
          type: 'object',
          properties: {
            id: {
              type: 'string',
              description: trans.__(
                'ID of the deployment; left out: the row under the context menu'
              )
            }
          }
        }
      },
      execute: args => {
        const id = deploymentOf(args['id']);
        const found = store.getState().deployments.find(one => one.id === id);
        if (!found) {
          throw new Error(trans.__('There is no deployment %1', id ?? ''));
        }
        copy(found.endpoint);
        Notification.success(trans.__('Endpoint of %1 copied', found.name), {
          autoClose: 2000
        });
        return found.endpoint;
      }
    });

    const category = trans.__('Model Deployment');
    palette?.addItem({ command: CommandIDs.open, category });
    palette?.addItem({ command: CommandIDs.refresh, category });
    launcher?.add({
      command: CommandIDs.open,
      args: { launcher: true },
      category: trans.__('Other')
    });
  }
};
