import {
  ILayoutRestorer,
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  ICommandPalette,
  MainAreaWidget,
  WidgetTracker
} from '@jupyterlab/apputils';
import { ReactWidget, settingsIcon } from '@jupyterlab/ui-components';
import React, { Suspense, lazy } from 'react';

import { maySeeAdministration } from '../model/permissions';
import { IDeployments } from '../tokens';
import { DOMAIN } from '../ui/translation';

export const OPEN_ADMINISTRATION = 'primehub-deploy:open-administration';

const TAB_ID = 'primehub-deploy-administration';

const App = lazy(async () => ({ default: (await import('../ui/App')).App }));

function administrationTab(deployments: IDeployments): MainAreaWidget {
  const trans = deployments.translator.load(DOMAIN);
  const content = ReactWidget.create(
    <Suspense fallback={null}>
      <App host="tab" view="administration" {...deployments} />
    </Suspense>
  );
  content.addClass('pd-Panel');
  const tab = new MainAreaWidget({ content });
  tab.toolbar.hide();
  tab.id = TAB_ID;
  tab.title.icon = settingsIcon;
  tab.title.label = trans.__('Deployments: Administration');
  return tab;
}

export const administrationPlugin: JupyterFrontEndPlugin<void> = {
  id: 'primehub-deploy-ext:administration',
  description: 'Opens the administration of deployments as a tab.',
  autoStart: true,
  requires: [IDeployments],
  optional: [ICommandPalette, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    deployments: IDeployments,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null
  ): void => {
    const { me, translator } = deployments;
    const trans = translator.load(DOMAIN);
    const tracker = new WidgetTracker<MainAreaWidget>({ namespace: TAB_ID });
    let asked = false;

    /** Whether the caller may see it. Nobody knows before the first who wants to know: that one asks the server. */
    const visible = (): boolean => {
      const { value } = me.getState();
      if (value === null && !asked) {
        asked = true;
        void me
          .refresh()
          .then(() => app.commands.notifyCommandChanged(OPEN_ADMINISTRATION));
      }
      return value !== null && maySeeAdministration(value);
    };

    app.commands.addCommand(OPEN_ADMINISTRATION, {
      label: trans.__('Administer Model Deployments'),
      caption: trans.__(
        'Groups, quotas, instance types, pull secrets, all deployments and the audit log'
      ),
      icon: settingsIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      isVisible: visible,
      execute: async () => {
        const open = tracker.find(tab => !tab.isDisposed);
        const tab = open ?? administrationTab(deployments);
        if (!open) {
          await tracker.add(tab);
          app.shell.add(tab, 'main');
        }
        app.shell.activateById(tab.id);
      }
    });

    palette?.addItem({
      command: OPEN_ADMINISTRATION,
      category: trans.__('Model Deployment')
    });
    void restorer?.restore(tracker, {
      command: OPEN_ADMINISTRATION,
      name: () => 'administration'
    });
  }
};
