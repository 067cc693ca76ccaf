import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Signal } from '@lumino/signaling';
import React from 'react';

import { IDeployments } from '../tokens';
import { deploymentsIcon } from '../ui/icons';
import { DOMAIN } from '../ui/translation';
import { updateFailed } from '../ui/vocabulary';

/** Counts deployments at the foot of the page. */
class StatusItem extends ReactWidget {
  constructor(private readonly session: IDeployments) {
    super();
    this.addClass('pd-StatusItem');
    const update = () => {
      this.update();
      this.changed.emit();
    };
    session.store.observe(update);
    session.preferences.subscribe(update);
  }

  readonly changed = new Signal<this, void>(this);

  /** Whether there is something to count, and the user likes to see it. */
  get wanted(): boolean {
    const { store, preferences } = this.session;
    return (
      preferences.getState().statusBar &&
      store.getState().deployments.length > 0
    );
  }

  protected override render(): JSX.Element {
    const { store, translator, openPanel } = this.session;
    const trans = translator.load(DOMAIN);
    const { deployments, connection } = store.getState();
    const deployed = deployments.filter(
      ({ status }) => status.phase === 'Deployed'
    ).length;
    const failed = deployments.filter(
      one => one.status.phase === 'Failed' || updateFailed(one)
    ).length;
    const counts = [
      trans._n('%1 deployed', '%1 deployed', deployed),
      ...(failed > 0 ? [trans._n('%1 failed', '%1 failed', failed)] : [])
    ].join(', ');
    return (
      <button
        type="button"
        title={
          connection === 'stale'
            ? trans.__('Model deployments, as last seen: no connection')
            : trans.__('Show the model deployments')
        }
        onClick={() => openPanel({ view: 'deployments' })}
      >
        <deploymentsIcon.react tag="span" width="14px" />
        {counts}
      </button>
    );
  }
}

export const statusBarPlugin: JupyterFrontEndPlugin<void> = {
  id: 'primehub-deploy-ext:status-bar',
  description: 'Counts what is deployed and what failed in the status bar.',
  autoStart: true,
  requires: [IDeployments],
  optional: [IStatusBar],
  activate: (
    _app: JupyterFrontEnd,
    session: IDeployments,
    statusBar: IStatusBar | null
  ): void => {
    if (!statusBar) {
      return;
    }
    const item = new StatusItem(session);
    statusBar.registerStatusItem('primehub-deploy-ext:counts', {
      item,
      align: 'left',
      rank: 50,
      isActive: () => item.wanted,
      activeStateChanged: item.changed
    });
  }
};
