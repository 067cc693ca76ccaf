import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { ITranslator } from '@jupyterlab/translation';

import { MODEL_FILES } from '../model/modelFiles';
import { DOMAIN } from '../ui/translation';

/** Asks for a model file in the dialog of JupyterLab's file browser; its path below the server's root. */
export function fileChooser(
  manager: IDocumentManager,
  translator: ITranslator
): (beginning: string) => Promise<string | null> {
  return async beginning => {
    const { FileDialog } = await import('@jupyterlab/filebrowser');
    const trans = translator.load(DOMAIN);
    const { contents } = manager.services;
    const folder = beginning.split('/').slice(0, -1).join('/');
    const known = await contents
      .get(folder, { content: false })
      .then(({ type }) => type === 'directory')
      .catch(() => false);
    const { value } = await FileDialog.getOpenFiles({
      manager,
      translator,
      title: trans.__('Choose a model file'),
      ...(known && { defaultPath: folder }),
      filter: ({ name, type }) =>
        type === 'directory' || isModelFile(name) ? {} : null
    });
    const [chosen] = value ?? [];
    // With nothing selected the dialog answers with the folder that it shows.
    return chosen && chosen.type !== 'directory'
      ? contents.localPath(chosen.path)
      : null;
  };
}

const isModelFile = (name: string): boolean =>
  MODEL_FILES.some(end => name.toLowerCase().endsWith(end));
