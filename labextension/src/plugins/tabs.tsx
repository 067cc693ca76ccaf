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
import { Place, placeOf, sameScreen, screenKey } from '../model/place';
import { IDeployments } from '../tokens';
import { deploymentsIcon } from '../ui/icons';
import { DOMAIN } from '../ui/translation';
import { CommandIDs, placeArguments } from './commandIds';

const App = lazy(async () => ({ default: (await import('../ui/App')).App }));

let count = 0;

/** A place in the main area; it may lead to others of the same deployment. */
class PlaceTab extends MainAreaWidget {
  constructor(
    start: Place,
    private readonly deployments: IDeployments,
    private readonly onPlace: (tab: PlaceTab) => void
  ) {
    super({ content: new PlaceView(start, deployments) });
    this.toolbar.hide();
    count += 1;
    this.id = `primehub-deploy-tab-${count}`;
    this.view.onPlace = place => this.go(place);
    this.retitle();
    // The name of a deployment may come later than its tab, after a reload.
    this.unobserve = deployments.store.observe(() => this.retitle());
  }

  /** What it shows now: what it comes back with after a reload. */
  get place(): Place {
    return this.view.place;
  }

  /** Show another place here. */
  go(place: Place): void {
    this.view.go(place);
    this.retitle();
    this.onPlace(this);
  }

  override dispose(): void {
    this.unobserve();
    super.dispose();
  }

  private get view(): PlaceView {
    return this.content as PlaceView;
  }

  private retitle(): void {
    const administration = this.place.view === 'administration';
    this.title.icon = administration ? settingsIcon : deploymentsIcon;
    this.title.label = titleOf(this.place, this.deployments);
  }

  private readonly unobserve: () => void;
}

/** The app in a tab. */
class PlaceView extends ReactWidget {
  constructor(
    public place: Place,
    private readonly deployments: IDeployments
  ) {
    super();
    this.addClass('pd-Panel');
  }

  /** Told of what the user goes to. */
  onPlace: (place: Place) => void = () => undefined;

  go(place: Place): void {
    this.place = place;
    this.update();
  }

  protected override render(): JSX.Element {
    return (
      <Suspense fallback={null}>
        <App
          host="tab"
          place={this.place}
          rooted
          onPlace={this.onPlace}
          {...this.deployments}
        />
      </Suspense>
    );
  }
}

function titleOf(place: Place, { store, translator }: IDeployments): string {
  const trans = translator.load(DOMAIN);
  switch (place.view) {
    case 'administration':
      return trans.__('Deployments: Administration');
    case 'create':
      return trans.__('New Deployment');
    case 'deployments':
      return trans.__('Deployments');
    case 'deployment':
    case 'update': {
      const { deployments } = store.getState();
      return deployments.find(({ id }) => id === place.id)?.name ?? place.id;
    }
  }
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
        const open = tracker.find(
          tab => !tab.isDisposed && sameScreen(tab.place, place)
        );
        if (open) {
          // Who asks for no part of a deployment finds it as it was.
          open.go(
            place.view === 'deployment' ? { ...open.place, ...place } : place
          );
          app.shell.activateById(open.id);
          return;
        }
        const tab = new PlaceTab(
          place,
          deployments,
          moved => void tracker.save(moved)
        );
        app.shell.add(tab, 'main');
        if (!tab.isAttached) {
          // A page of Notebook 7 has room for one document: there the side panel shows it.
          tab.dispose();
          await app.commands.execute(CommandIDs.open, { ...place });
          return;
        }
        await tracker.add(tab);
        app.shell.activateById(tab.id);
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
      name: tab => screenKey(tab.place)
    });
  }
};
