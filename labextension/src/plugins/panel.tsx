import {
  ILayoutRestorer,
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IStateDB } from '@jupyterlab/statedb';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import React, { Suspense, lazy } from 'react';

import { HOME, Place, placeOf } from '../model/place';
import { IDeployments } from '../tokens';
import { deploymentsIcon } from '../ui/icons';
import { DOMAIN } from '../ui/translation';
import { CommandIDs, placeArguments } from './commandIds';

export const PANEL_ID = 'primehub-deploy-panel';

/** Where the place of the panel outlives the page. */
const STATE = 'primehub-deploy-ext:panel';

const App = lazy(async () => ({ default: (await import('../ui/App')).App }));

/** The side panel; its code is loaded when it is first shown. */
class DeploymentsSidePanel extends ReactWidget {
  constructor(
    private readonly deployments: IDeployments,
    private readonly keep: (place: Place) => void
  ) {
    super();
    const trans = deployments.translator.load(DOMAIN);
    this.id = PANEL_ID;
    this.addClass('pd-Panel');
    this.node.tabIndex = -1;
    this.title.icon = deploymentsIcon;
    this.title.caption = trans.__('Model Deployments');
  }

  /** Show a place, now or when the panel is first shown. */
  readonly go = (place: Place): void => {
    this.place = place;
    this.keep(place);
    this.update();
  };

  /** What it showed before the page was loaded; what was asked for since comes first. */
  restore(place: Place): void {
    if (this.place === null) {
      this.place = place;
      this.update();
    }
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.update();
  }

  /** Who comes by the shortcut goes on by keys: those of the list hold, and the next tab stop is the panel's first. */
  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    if (!this.node.contains(document.activeElement)) {
      const list = this.node.querySelector<HTMLElement>('.pd-Overview');
      (list ?? this.node).focus({ preventScroll: true });
    }
  }

  protected override render(): JSX.Element | null {
    this.shown ||= this.isVisible;
    return this.shown ? (
      <Suspense fallback={null}>
        <App
          host="panel"
          place={this.place ?? HOME}
          onPlace={this.go}
          {...this.deployments}
        />
      </Suspense>
    ) : null;
  }

  private place: Place | null = null;
  private shown = false;
}

export const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: 'primehub-deploy-ext:panel',
  description: 'Shows deployments in the left side panel.',
  autoStart: true,
  requires: [IDeployments],
  optional: [ILayoutRestorer, IStateDB],
  activate: (
    app: JupyterFrontEnd,
    deployments: IDeployments,
    restorer: ILayoutRestorer | null,
    state: IStateDB | null
  ): void => {
    const trans = deployments.translator.load(DOMAIN);
    const panel = new DeploymentsSidePanel(deployments, place => {
      void state?.save(STATE, { ...place });
    });
    app.shell.add(panel, 'left', { rank: 600 });
    restorer?.add(panel, PANEL_ID);
    void state?.fetch(STATE).then(kept => panel.restore(placeOf(kept) ?? HOME));

    app.commands.addCommand(CommandIDs.open, {
      label: args =>
        args['launcher'] === true
          ? trans.__('Deployments')
          : trans.__('Show Model Deployments'),
      caption: trans.__('Show the deployments of this server'),
      icon: deploymentsIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            ...placeArguments(trans),
            launcher: {
              type: 'boolean',
              description: trans.__('Whether the label is for a launcher card')
            }
          }
        }
      },
      execute: args => {
        const place = placeOf(args);
        if (place !== null) {
          panel.go(place);
        }
        app.shell.activateById(PANEL_ID);
      }
    });
  }
};
