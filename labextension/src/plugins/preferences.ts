import type { ISettingRegistry } from '@jupyterlab/settingregistry';

import { Preferences, preferencesOf } from '../model/preferences';

/** Whose settings they are: the name of the schema. */
const SETTINGS = 'primehub-deploy-ext:commands';

/** What the user likes, as JupyterLab's settings have it; the usual where there are none. */
export function preferencesFrom(
  registry: ISettingRegistry | null
): Preferences {
  const preferences = new Preferences(change => {
    for (const [name, value] of Object.entries(change)) {
      void registry?.set(SETTINGS, name, value as never);
    }
  });
  registry
    ?.load(SETTINGS)
    .then(settings => {
      const read = () => preferences.accept(preferencesOf(settings.composite));
      settings.changed.connect(read);
      read();
    })
    .catch((reason: unknown) => {
      // A page without them works as one that never changed any.
      console.warn('The settings of model deployments are not there.', reason);
    });
  return preferences;
}
