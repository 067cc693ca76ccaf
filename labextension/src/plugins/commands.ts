import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { addIcon, refreshIcon } from '@jupyterlab/ui-components';

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
    { store, me, translator, openTab }: IDeployments,
    palette: ICommandPalette | null,
    launcher: ILauncher | null
  ): void => {
    const trans = translator.load(DOMAIN);

    app.commands.addCommand(CommandIDs.create, {
      label: trans.__('Create Model Deployment'),
      caption: trans.__('Show the form for a new deployment'),
      icon: addIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            draft: {
              type: 'string',
              description: trans.__('What the form begins with')
            }
          }
        }
      },
      execute: ({ draft }) =>
        openTab({
          view: 'create',
          ...(typeof draft === 'string' ? { draft } : {})
        })
    });

    app.commands.addCommand(CommandIDs.refresh, {
      label: trans.__('Refresh Model Deployments'),
      icon: refreshIcon,
      describedBy: NO_ARGUMENTS,
      execute: () => Promise.all([store.refresh(), me.refresh()])
    });

    const category = trans.__('Model Deployment');
    for (const command of [
      CommandIDs.open,
      CommandIDs.create,
      CommandIDs.refresh
    ]) {
      palette?.addItem({ command, category });
    }
    launcher?.add({
      command: CommandIDs.open,
      args: { launcher: true },
      category: trans.__('Other')
    });
  }
};
