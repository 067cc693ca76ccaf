import type { ITranslator } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';

import type { DeploymentStore } from './model/store';

/** What every view of deployments in this tab shares. */
export interface IDeployments {
  readonly store: DeploymentStore;
  readonly translator: ITranslator;
  /** Put text on the clipboard. */
  readonly copy: (text: string) => void;
}

export const IDeployments = new Token<IDeployments>(
  'primehub-deploy-ext:IDeployments',
  'The deployments of this server, kept up to date.'
);
