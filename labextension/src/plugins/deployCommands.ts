import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { INotebookTracker } from '@jupyterlab/notebook';
import { createElement } from 'react';

import { titleOf } from '../kernel/naming';
import { MODEL_FILES } from '../model/modelFiles';
import { IDeployments } from '../tokens';
import { deploymentsIcon } from '../ui/icons';
import { DOMAIN } from '../ui/translation';
import { CommandIDs } from './commandIds';
import { stageOf } from './stage';

/** Names the files that hold a model, for menus and icons. */
const FILE_TYPE = 'primehub-deploy-model';

export const deployCommandsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'primehub-deploy-ext:deploy',
  description:
    'Deploys models of a running notebook, and model files of the file browser.',
  autoStart: true,
  requires: [IDeployments],
  optional: [INotebookTracker, IFileBrowserFactory, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    session: IDeployments,
    notebooks: INotebookTracker | null,
    browsers: IFileBrowserFactory | null,
    palette: ICommandPalette | null
  ): void => {
    const { translator, drafts, openTab } = session;
    const trans = translator.load(DOMAIN);
    const stage = stageOf(session);
    const { contents } = app.serviceManager;

    app.commands.addCommand(CommandIDs.deployFromNotebook, {
      label: args =>
        args['toolbar'] === true
          ? trans.__('Deploy model…')
          : trans.__('Deploy a Model of This Notebook…'),
      caption: trans.__(
        'Turn a model in this notebook’s variables into an HTTP endpoint'
      ),
      icon: deploymentsIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            toolbar: {
              type: 'boolean',
              description: trans.__('Whether the label is for a toolbar')
            }
          }
        }
      },
      isEnabled: () => !!notebooks?.currentWidget,
      execute: async () => {
        const panel = notebooks?.currentWidget;
        if (!panel) {
          return;
        }
        const [{ DeployDialog }, { ModelsOfKernel }, { ask }] =
          await Promise.all([
            import('../kernel/DeployDialog'),
            import('../kernel/ask'),
            stage()
          ]);
        const { path, sessionContext } = panel.context;
        const kernel = new ModelsOfKernel(
          sessionContext.session?.kernel ?? null
        );
        type Answer = Parameters<
          Parameters<typeof DeployDialog>[0]['onAnswer']
        >[0];
        const answer = await ask<Answer>(onAnswer =>
          createElement(DeployDialog, { kernel, onAnswer })
        );
        if (answer === null) {
          return;
        }
        if (answer === 'form') {
          openTab({ view: 'create' });
          return;
        }
        const { variable, model } = answer;
        const draft = drafts.prepare({
          name: titleOf(variable, path),
          source: 'stored',
          model,
          origin: trans.__('%1 of %2', variable, PathExt.basename(path))
        });
        openTab({ view: 'create', draft });
      }
    });

    /** The model file that arguments or the file browser name, below the server's root. */
    const fileOf = (path: unknown): string | undefined => {
      const selected =
        typeof path === 'string'
          ? path
          : [...(browsers?.tracker.currentWidget?.selectedItems() ?? [])][0]
              ?.path;
      // Collaboration puts a drive of its own before paths.
      return selected === undefined ? undefined : contents.localPath(selected);
    };

    app.commands.addCommand(CommandIDs.deployFile, {
      label: trans.__('Deploy model…'),
      caption: trans.__('Turn the model in this file into an HTTP endpoint'),
      icon: deploymentsIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            path: {
              type: 'string',
              description: trans.__(
                'Of the file; left out: the one that is selected in the file browser'
              )
            }
          }
        }
      },
      execute: args => {
        const path = fileOf(args['path']);
        if (path === undefined) {
          throw new Error(trans.__('No file is selected'));
        }
        const draft = drafts.prepare({
          name: titleOf('model', path),
          source: 'file',
          path
        });
        openTab({ view: 'create', draft });
      }
    });

    app.docRegistry.addFileType({
      name: FILE_TYPE,
      displayName: trans.__('Model File'),
      extensions: MODEL_FILES,
      mimeTypes: ['application/octet-stream'],
      fileFormat: 'base64',
      contentType: 'file',
      icon: deploymentsIcon
    });
    palette?.addItem({
      command: CommandIDs.deployFromNotebook,
      category: trans.__('Model Deployment')
    });
  }
};
