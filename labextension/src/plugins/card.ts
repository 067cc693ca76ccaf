import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Widget } from '@lumino/widgets';
import { createElement } from 'react';
import type { Root } from 'react-dom/client';

import { IDeployments } from '../tokens';

/** Names a deployment in the output of a cell: `client/cards.py` writes it. */
export const CARD_MIME_TYPE = 'application/vnd.primehub-deploy.deployment+json';

/** Before the HTML that is there for other front ends, behind widgets. */
const RANK = 10;

/**
 * Draws the card of a deployment. It needs no kernel: it is alive after a restart, and when the notebook is opened
 * again.
 */
class CardRenderer extends Widget implements IRenderMime.IRenderer {
  constructor(private readonly session: IDeployments) {
    super();
    this.addClass('pd-CardOutput');
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const { id, name } = (model.data[CARD_MIME_TYPE] ?? {}) as {
      id?: unknown;
      name?: unknown;
    };
    const [{ DeploymentCard }, { createRoot }] = await Promise.all([
      import('../card/DeploymentCard'),
      import('react-dom/client')
    ]);
    if (this.isDisposed) {
      return;
    }
    // The same output that is updated keeps its card, and what is open in it.
    this.root ??= createRoot(this.node);
    this.root.render(
      createElement(DeploymentCard, {
        session: this.session,
        id: typeof id === 'string' ? id : '',
        name: typeof name === 'string' ? name : ''
      })
    );
  }

  override dispose(): void {
    const { root } = this;
    this.root = undefined;
    // React may be drawing just now.
    queueMicrotask(() => root?.unmount());
    super.dispose();
  }

  private root: Root | undefined;
}

export const cardPlugin: JupyterFrontEndPlugin<void> = {
  id: 'primehub-deploy-ext:card',
  description: 'Shows a deployment as a live card in the output of a cell.',
  autoStart: true,
  requires: [IDeployments],
  optional: [IRenderMimeRegistry],
  activate: (
    _app: JupyterFrontEnd,
    deployments: IDeployments,
    rendermime: IRenderMimeRegistry | null
  ): void => {
    rendermime?.addFactory(
      {
        // What a stored notebook says is an id; it can do nothing but name a deployment.
        safe: true,
        mimeTypes: [CARD_MIME_TYPE],
        createRenderer: () => new CardRenderer(deployments)
      },
      RANK
    );
  }
};
