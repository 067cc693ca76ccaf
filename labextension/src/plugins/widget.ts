import { IJupyterWidgetRegistry } from '@jupyter-widgets/base';
import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';

import { IDeployments } from '../tokens';
import { VERSION } from '../version';

export const widgetPlugin: JupyterFrontEndPlugin<void> = {
  id: 'primehub-deploy-ext:widget',
  description: 'Shows deployments in a notebook cell (ipywidgets).',
  autoStart: true,
  requires: [IDeployments],
  optional: [IJupyterWidgetRegistry],
  activate: (
    _app: JupyterFrontEnd,
    deployments: IDeployments,
    registry: IJupyterWidgetRegistry | null
  ): void => {
    registry?.registerWidget({
      name: 'primehub-deploy-ext',
      version: VERSION,
      exports: async () => {
        const { DeploymentsPanelModel, DeploymentsPanelView } =
          await import('../widget');
        DeploymentsPanelView.deployments = deployments;
        return { DeploymentsPanelModel, DeploymentsPanelView };
      }
    });
  }
};
