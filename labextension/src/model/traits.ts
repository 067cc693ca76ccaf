import { HOME, Place, isTab } from './place';
import type { ListView } from './preferences';

/** The part of the widget's traits that says what is shown. */
export interface IPlaceTraits {
  readonly view: string;
  readonly deployment: string;
  readonly tab: string;
  readonly filter: string;
}

/** What the traits say is to be shown. */
export function placeOfTraits(traits: IPlaceTraits): Place {
  const { view, deployment: id, tab, filter } = traits;
  switch (view) {
    case 'admin':
      return { view: 'administration' };
    case 'create':
      return { view: 'create' };
    case 'update':
      return id ? { view: 'update', id } : HOME;
    default:
      if (id) {
        return { view: 'deployment', id, ...(isTab(tab) ? { tab } : {}) };
      }
      return filter ? { view: 'deployments', filter } : HOME;
  }
}

/**
 * The traits that say that a place is shown; those that don't matter for it stay as they are.
 *
 * @param layout - How deployments are listed: what the way back leads to.
 */
export function traitsOf(
  place: Place,
  layout: ListView
): Partial<IPlaceTraits> {
  switch (place.view) {
    case 'administration':
      return { view: 'admin', deployment: '' };
    case 'create':
      return { view: 'create', deployment: '' };
    case 'update':
      return { view: 'update', deployment: place.id };
    case 'deployment':
      return { view: layout, deployment: place.id, tab: place.tab ?? '' };
    case 'deployments':
      return {
        view: layout,
        deployment: '',
        tab: '',
        filter: place.filter ?? ''
      };
  }
}
