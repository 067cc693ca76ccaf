import { PLACE_VIEWS, Place, View, placeOf } from './place';

/** The query parameter of a page's address that names a place. */
export const LINK_PARAMETER = 'primehub-deploy';

/**
 * A place as a path: `deployments`, `deployments/status=Failed`, `deployment/iris/logs`,
 * `deployment/iris/logs/<line>`, `create`, `update/iris`,
 * `administration`. What only this browser knows (a draft) isn't part of it.
 */
export function pathOfPlace(place: Place): string {
  const parts: (string | undefined)[] = [place.view];
  switch (place.view) {
    case 'deployments':
      parts.push(place.filter || undefined);
      break;
    case 'deployment':
      parts.push(place.id, place.tab, place.tab && place.line);
      break;
    case 'update':
      parts.push(place.id);
      break;
  }
  return parts
    .filter(part => part !== undefined)
    .map(encodeURIComponent)
    .join('/');
}

/** The place of such a path; null where it is none. */
export function placeOfPath(path: string): Place | null {
  let view: string | undefined, first: string | undefined, tab, line;
  try {
    [view, first, tab, line] = path.split('/').map(decodeURIComponent);
  } catch {
    // A stray percent sign.
    return null;
  }
  if (!PLACE_VIEWS.includes(view as View)) {
    return null;
  }
  return placeOf(
    view === 'deployments'
      ? { view, filter: first }
      : { view, id: first, tab, line }
  );
}

/** The query that leads to a place: what follows the question mark of an address. */
export function queryOfPlace(place: Place): string {
  // Slashes are allowed in a query, and keep the link readable.
  const value = encodeURIComponent(pathOfPlace(place)).replace(/%2F/g, '/');
  return `${LINK_PARAMETER}=${value}`;
}

/** The place that an address leads to; null where it names none. */
export function placeOfSearch(search: string): Place | null {
  const path = new URLSearchParams(search).get(LINK_PARAMETER);
  return path === null ? null : placeOfPath(path);
}

/** The rest of an address's query, without the place. */
export function withoutPlace(search: string): string {
  const rest = search
    .replace(/^\?/, '')
    .split('&')
    .filter(part => part && part.split('=')[0] !== LINK_PARAMETER);
  return rest.length > 0 ? `?${rest.join('&')}` : '';
}
