import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard, Notification } from '@jupyterlab/apputils';
import { INotebookTracker, NotebookActions } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

/** How long it is said that code was copied instead (ms). */
const TOLD_FOR = 5_000;

/**
 * Puts code into a new cell below the active one of the notebook that was used last; where none is open, on the
 * clipboard, and says so.
 */
export function inserter(
  app: JupyterFrontEnd,
  notebooks: INotebookTracker | null,
  trans: TranslationBundle
): (code: string) => 'inserted' | 'copied' {
  return code => {
    const panel = notebooks?.currentWidget;
    if (!panel || panel.isDisposed || !panel.model || panel.model.readOnly) {
      Clipboard.copyToSystem(code);
      Notification.info(
        trans.__('No notebook is open: the code is on the clipboard'),
        { autoClose: TOLD_FOR }
      );
      return 'copied';
    }
    const notebook = panel.content;
    NotebookActions.insertBelow(notebook);
    notebook.activeCell?.model.sharedModel.setSource(code);
    app.shell.activateById(panel.id);
    void notebook.scrollToItem(notebook.activeCellIndex);
    return 'inserted';
  };
}
