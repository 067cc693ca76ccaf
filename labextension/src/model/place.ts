/** Parts of a deployment's detail. */
export const DETAIL_TABS = [
  'information',
  'try',
  'logs',
  'history',
  'metrics',
  'events',
  'access'
] as const;

export type DetailTab = (typeof DETAIL_TABS)[number];

/** What a view shows: the same in the side panel, in a tab and in a notebook cell. */
export type Place =
  | {
      readonly view: 'deployments';
      /** Which of them, as the list writes it down; left out: as it is. */
      readonly filter?: string;
    }
  | { readonly view: 'administration' }
  | {
      readonly view: 'deployment';
      readonly id: string;
      readonly tab?: DetailTab;
      /** The line that its log opens at, as a link names it; a view forgets it once it is there. */
      readonly line?: string;
    }
  | { readonly view: 'create'; readonly draft?: string }
  | { readonly view: 'update'; readonly id: string };

export type View = Place['view'];

export const PLACE_VIEWS: readonly View[] = [
  'deployments',
  'administration',
  'deployment',
  'create',
  'update'
];

/** Where every view begins. */
export const HOME: Place = { view: 'deployments' };

/** Whether something is filled in there, and done once it is sent. */
export function isForm({ view }: Place): boolean {
  return view === 'create' || view === 'update';
}

/** Whether two places show the same screen of the same thing; filter and tab don't matter. */
export function sameScreen(one: Place, other: Place): boolean {
  return screenKey(one) === screenKey(other);
}

/** Names the screen of a place: that of an open tab, of a draft, of a remembered scroll position. */
export function screenKey(place: Place): string {
  return 'id' in place ? `${place.view}:${place.id}` : place.view;
}

/** A place from what was stored or typed; null where it is none. */
export function placeOf(value: unknown): Place | null {
  if (value === null || typeof value !== 'object') {
    return null;
  }
  const { view, id, tab, line, filter, draft } = value as Record<
    string,
    unknown
  >;
  switch (view) {
    case 'deployments':
      return { view, ...(typeof filter === 'string' ? { filter } : {}) };
    case 'administration':
      return { view };
    case 'create':
      return { view, ...(typeof draft === 'string' ? { draft } : {}) };
    case 'update':
      return typeof id === 'string' && id ? { view, id } : null;
    case 'deployment':
      return typeof id === 'string' && id
        ? {
            view,
            id,
            ...(isTab(tab) ? { tab } : {}),
            ...(tab === 'logs' && typeof line === 'string' && line
              ? { line }
              : {})
          }
        : null;
    default:
      return null;
  }
}

/** Whether a text names a part of a detail. */
export function isTab(value: unknown): value is DetailTab {
  return DETAIL_TABS.some(tab => tab === value);
}
