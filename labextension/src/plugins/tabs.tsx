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
import { Place, placeOf, screenKey } from '../model/place';
import { IDeployments } from '../tokens';
import { deploymentsIcon } from '../ui/icons';
import { DOMAIN } from '../ui/translation';
import { CommandIDs, placeArguments } from './commandIds';

const App = lazy(async () => ({ default: (await import('../ui/App')).App }));

/** A place in the main area; it may lead to others of the same deployment. */
class PlaceTab extends MainAreaWidget {
  constructor(
    readonly start: Place,
    deployments: IDeployments,
    onPlace: () => void
  ) {
    const content = ReactWidget.create(
      <Suspense fallback={null}>
        <App
          host="tab"
          start={start}
          rooted
          onPlace={place => {
            this.place = place;
            onPlace();
          }}
          {...deployments}
        />
      </Suspense>
    );
    content.addClass('pd-Panel');
    super({ content });
    this.place = start;
    this.toolbar.hide();
    this.id = tabId(start);
    const trans = deployments.translator.load(DOMAIN);
    const administration = start.view === 'administration';
    this.title.icon = administration ? settingsIcon : deploymentsIcon;
    this.title.label = administration
      ? trans.__('Deployments: Administration')
      : titleOf(start, deployments);
  }

  /** What it shows now: what it comes back with after a reload. */
  place: Place;
}

/** Names the tab of a place: there is one for each deployment. */
function tabId(place: Place): string {
  return `primehub-deploy-${screenKey(place).replace(':', '-')}`;
}

function titleOf(place: Place, { store, translator }: IDeployments): string {
  const trans = translator.load(DOMAIN);
  if (!('id' in place)) {
    return place.view === 'create'
      ? trans.__('New Deployment')
      : trans.__('Deployments');
  }
  const { deployments } = store.getState();
  return deployments.find(({ id }) => id === place.id)?.name ?? place.id;
}

export const tabsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'primehub-deploy-ext:tabs',
  description: 'Opens deployments, forms and the administration as tabs.',
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
    const tracker = new WidgetTracker<PlaceTab>({
      namespace: 'primehub-deploy-tabs'
    });

    app.commands.addCommand(CommandIDs.openPlace, {
      label: trans.__('Open a Place of Model Deployments'),
      describedBy: {
        args: {
          type: 'object',
          required: ['view'],
          properties: placeArguments(trans)
        }
      },
      execute: async args => {
        const place = placeOf(args);
        if (place === null) {
          throw new Error(trans.__('There is no such place'));
        }
        const id = tabId(place);
        const open = tracker.find(tab => tab.id === id && !tab.isDisposed);
        if (!open) {
          const tab: PlaceTab = new PlaceTab(place, deployments, () => {
            void tracker.save(tab);
          });
          await tracker.add(tab);
          app.shell.add(tab, 'main');
        }
        app.shell.activateById(id);
      }
    });

    let asked = false;
    /** Whether the caller may see it. Nobody knows before the first who wants to know: that one asks the server. */
    const visible = (): boolean => {
      const { value } = me.getState();
      if (value === null && !asked) {
        asked = true;
        void me
          .refresh()
          .then(() =>
            app.commands.notifyCommandChanged(CommandIDs.administration)
          );
      }
      return value !== null && maySeeAdministration(value);
    };

    app.commands.addCommand(CommandIDs.administration, {
      label: trans.__('Administer Model Deployments'),
      caption: trans.__(
        'Groups, quotas, instance types, pull secrets, all deployments and the audit log'
      ),
      icon: settingsIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      isVisible: visible,
      execute: () =>
        app.commands.execute(CommandIDs.openPlace, { view: 'administration' })
    });

    palette?.addItem({
      command: CommandIDs.administration,
      category: trans.__('Model Deployment')
    });
    void restorer?.restore(tracker, {
      command: CommandIDs.openPlace,
      args: tab => ({ ...tab.place }),
      name: tab => tab.id
    });
  }
};
