import type { ITranslator } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';

import type { Deployment, Me } from './api/contract';
import type { DeploymentsClient } from './api/deployments';
import type { ModelsClient } from './api/models';
import type { IAdministration } from './model/administration';
import type { IDetails } from './model/details';
import type { Drafts } from './model/drafts';
import type { Place } from './model/place';
import type { Preferences } from './model/preferences';
import type { RequestShelf } from './model/savedRequests';
import type { Resource } from './model/resource';
import type { DeploymentStore } from './model/store';
import type { Traffic } from './model/traffic';

/** What every view of deployments in this tab shares. */
export interface IDeployments {
  readonly store: DeploymentStore;
  /** Who the caller is: their groups with quotas and usage, and what they may do. */
  readonly me: Resource<Me>;
  /** What they answered in the last 15 minutes. */
  readonly summary: Resource<Traffic>;
  readonly client: DeploymentsClient;
  /** What forms choose from. */
  readonly models: ModelsClient;
  /** What belongs to one deployment: history, replicas, events, clients. */
  readonly details: (id: string) => IDetails;
  readonly administration: IAdministration;
  /** What was typed into forms and not sent yet. */
  readonly drafts: Drafts;
  readonly translator: ITranslator;
  /** Put text on the clipboard. */
  readonly copy: (text: string) => void;
  /** Tell the user that the server refused something, or that it failed. */
  readonly report: (problem: unknown) => void;
  /** Tell the user in passing that something was done. */
  readonly tell: (text: string) => void;
  /** Show a place as a tab of its own, in the main area. */
  readonly openTab: (place: Place) => void;
  /** Tell what becomes of a change, as the server answered to it: under way, then good or bad. */
  readonly follow: (deployment: Deployment, change?: 'rollback') => void;
  /** Whether the fate of this revision is told by `follow` already. */
  readonly follows: (deployment: Deployment) => boolean;
  /** Show a place in the side panel. */
  readonly openPanel: (place: Place) => void;
  /** The address of a place, for others: what it shows them is what they may see. */
  readonly linkTo: (place: Place) => string;
  /** Put code into a new cell of the notebook that was used last; without one, on the clipboard (and say so). */
  readonly insertCell: (code: string) => 'inserted' | 'copied';
  /**
   * Ask for a model file of the server, beginning where a path leads.
   *
   * @returns Its path below the server's root, or null; the host may have no such dialog.
   */
  readonly chooseFile: ((beginning: string) => Promise<string | null>) | null;
  /** The named requests that are kept for a deployment, and the last one that was sent. */
  readonly requests: (id: string) => RequestShelf;
  /** What the user likes (JupyterLab's settings), kept up to date. */
  readonly preferences: Preferences;
}

export const IDeployments = new Token<IDeployments>(
  'primehub-deploy-ext:IDeployments',
  'The deployments of this server, kept up to date.'
);
