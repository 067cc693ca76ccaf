import {
  ILayoutRestorer,
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import React, { Suspense, lazy } from 'react';

import { IDeployments } from '../tokens';
import { deploymentsIcon } from '../ui/icons';
import { DOMAIN } from '../ui/translation';

export const PANEL_ID = 'primehub-deploy-panel';

const App = lazy(async () => ({ default: (await import('../ui/App')).App }));

/** The side panel; its code is loaded when it is first shown. */
class DeploymentsSidePanel extends ReactWidget {
  constructor(private readonly deployments: IDeployments) {
    super();
    const trans = deployments.translator.load(DOMAIN);
    this.id = PANEL_ID;
    this.addClass('pd-Panel');
    this.title.icon = deploymentsIcon;
    this.title.caption = trans.__('Model Deployments');
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.update();
  }

  protected override render(): JSX.Element | null {
    this.shown ||= this.isVisible;
    return this.shown ? (
      <Suspense fallback={null}>
        <App host="panel" {...this.deployments} />
      </Suspense>
    ) : null;
  }

  private shown = false;
}

export const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: 'primehub-deploy-ext:panel',
  description: 'Shows deployments in the left side panel.',
  autoStart: true,
  requires: [IDeployments],
  optional: [ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    deployments: IDeployments,
    restorer: ILayoutRestorer | null
  ): void => {
    const panel = new DeploymentsSidePanel(deployments);
    app.shell.add(panel, 'left', { rank: 600 });
    restorer?.add(panel, PANEL_ID);
  }
};
