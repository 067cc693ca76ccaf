import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useRef,
  useState
} from 'react';

import type { Me } from '../api/contract';
import type { AdminScreen } from '../model/permissions';

/** Where in the administration somebody is. */
export interface IRoute {
  screen: AdminScreen;
  /** Name of what is edited; `NEW` for something new; left out: the list. */
  item?: string;
  /** What something new is called to begin with. */
  name?: string;
  /** Only what belongs to this group, where a screen can be narrowed so. */
  group?: string;
}

/** No name is empty. */
export const NEW = '';

export interface IAdminContext {
  me: Me;
  /** Whether a person can see it. */
  active: boolean;
  route: IRoute;
  /** Go somewhere else: what was typed and isn't saved is asked about, unless `sure`. */
  navigate: (route: IRoute, sure?: boolean) => void;
  /** Have `navigate` ask before what was typed is lost. */
  guard: (dirty: boolean) => void;
  /** What screens remember while others are shown. */
  kept: Map<string, unknown>;
  /** What was edited last: the list gives it the focus back. */
  edited: { current: string | null };
}

export const AdminContext = createContext<IAdminContext | null>(null);

export function useAdmin(): IAdminContext {
  const context = useContext(AdminContext);
  if (context === null) {
    throw new Error('there is no AdminContext');
  }
  return context;
}

/** State that is still there when the screen is shown again. */
export function useKept<T>(key: string, initial: T): [T, (value: T) => void] {
  const { kept } = useAdmin();
  const [value, setValue] = useState(() =>
    kept.has(key) ? (kept.get(key) as T) : initial
  );
  const set = useCallback(
    (next: T) => {
      kept.set(key, next);
      setValue(next);
    },
    [kept, key]
  );
  return [value, set];
}

/** Ask before what was typed is lost, while `dirty`. */
export function useGuard(dirty: boolean): void {
  const { guard } = useAdmin();
  useEffect(() => {
    guard(dirty);
    return () => guard(false);
  }, [guard, dirty]);
}

/** What the route names, of a list; kept while its form is open, even when somebody else deletes it. */
export function useRouted<T extends { name: string }>(
  items: readonly T[]
): T | null {
  const { route } = useAdmin();
  const last = useRef<T | null>(null);
  const found =
    items.find(item => item.name === route.item) ??
    (last.current?.name === route.item ? last.current : null);
  last.current = found;
  return found;
}
