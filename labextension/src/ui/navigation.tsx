import React, {
  PropsWithChildren,
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState
} from 'react';

import { HOME, Place, isForm, sameScreen } from '../model/place';

/** How many places the way back remembers. */
const MEMORY = 20;

export interface INavigation {
  readonly place: Place;
  /** Show another place here. */
  readonly go: (place: Place) => void;
  /** Show what was shown before; null where nothing was. */
  readonly back: (() => void) | null;
  /** What screens remember of themselves while another one is shown, under names of their own. */
  readonly memory: Map<string, unknown>;
  /** Whether a person came here in this view; else it began with this place, or its host chose it. */
  readonly arrived: boolean;
}

const NavigationContext = createContext<INavigation | null>(null);

/** Where this view is, and the way to other places in it. */
export function useNavigation(): INavigation {
  const navigation = useContext(NavigationContext);
  if (navigation === null) {
    throw new Error('there is no NavigationProvider');
  }
  return navigation;
}

export interface INavigationProps {
  /** What is shown; left out: the view keeps it itself, beginning with `start`. */
  place?: Place;
  start?: Place;
  onPlace?: (place: Place) => void;
  /** Whether what it began with is all that it is for: then nothing leads back from it. */
  rooted?: boolean;
}

export function NavigationProvider({
  place: given,
  start = HOME,
  onPlace,
  rooted,
  children
}: PropsWithChildren<INavigationProps>): JSX.Element {
  const [own, setOwn] = useState<Place>(given ?? start);
  const place = given ?? own;
  const [past, setPast] = useState<readonly Place[]>(() =>
    rooted || place.view === 'deployments' ? [] : [HOME]
  );
  // What the host says by itself (a trait that was set) is a step too.
  const seen = useRef(place);
  const arrived = useRef(false);
  const show = useCallback(
    (next: Place) => {
      arrived.current = true;
      setOwn(next);
      onPlace?.(next);
    },
    [onPlace]
  );
  useEffect(() => {
    const before = seen.current;
    seen.current = place;
    if (sameScreen(before, place)) {
      return;
    }
    setPast(steps => {
      const last = steps[steps.length - 1];
      if (last && sameScreen(last, place)) {
        return steps.slice(0, -1);
      }
      // A form that was sent is done: nobody goes back to it.
      return isForm(before) ? steps : [...steps, before].slice(-MEMORY);
    });
  }, [place]);
  const [memory] = useState(() => new Map<string, unknown>());
  const navigation = useMemo<INavigation>(() => {
    const last = past[past.length - 1];
    return {
      place,
      go: show,
      back: last ? () => show(last) : null,
      arrived: arrived.current,
      memory
    };
  }, [place, past, show, memory]);
  return (
    <NavigationContext.Provider value={navigation}>
      {children}
    </NavigationContext.Provider>
  );
}
