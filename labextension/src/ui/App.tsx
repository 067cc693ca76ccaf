import '../../style/views.css';
import React, { Suspense, lazy, useRef } from 'react';

import { Overview } from '../grid/Overview';
import type { Place } from '../model/place';
import type { ListView } from '../model/preferences';
import type { IDeployments } from '../tokens';
import { CopyContext } from './CopyButton';
import { AskProvider } from './dialogs';
import { Host, HostContext } from './host';
import { NavigationProvider, useNavigation } from './navigation';
import { Skeleton } from './notices';
import { useOnScreen } from './observers';
import { SessionProvider } from './session';
import { TranslatorContext, useTranslation } from './translation';

const Administration = lazy(async () => ({
  default: (await import('../admin/Administration')).Administration
}));
const Detail = lazy(async () => ({
  default: (await import('../detail/Detail')).Detail
}));
const CreateForm = lazy(async () => ({
  default: (await import('../form/CreateForm')).CreateForm
}));
const UpdateForm = lazy(async () => ({
  default: (await import('../form/UpdateForm')).UpdateForm
}));

export interface IAppProps extends IDeployments {
  host: Host;
  /** Only this group's deployments; empty: all. */
  group?: string;
  /** How they are listed; left out: as the user likes it. */
  layout?: ListView;
  onLayout?: (layout: ListView) => void;
  /** CSS height, for a cell. */
  height?: string;
  /** Id of the row that is open; left out: the component keeps it itself. */
  selected?: string;
  onSelect?: (id: string) => void;
  /** What is shown; left out: the component keeps it itself, beginning with `start`. */
  place?: Place;
  start?: Place;
  onPlace?: (place: Place) => void;
  /** Whether what it began with is all that it is for. */
  rooted?: boolean;
  /** Whether Python has lost it: the kernel that made it is gone. */
  detached?: boolean;
}

/** The whole app, the same in every host. */
export function App(props: IAppProps): JSX.Element {
  return (
    <TranslatorContext.Provider value={props.translator}>
      <SessionProvider value={props}>
        <HostContext.Provider value={props.host}>
          <CopyContext.Provider value={props.copy}>
            <NavigationProvider {...props}>
              <Frame {...props} />
            </NavigationProvider>
          </CopyContext.Provider>
        </HostContext.Provider>
      </SessionProvider>
    </TranslatorContext.Provider>
  );
}

function Frame(props: IAppProps): JSX.Element {
  const { host, height, detached } = props;
  const trans = useTranslation();
  const root = useRef<HTMLElement>(null);
  const active = useOnScreen(root);
  const { place } = useNavigation();
  return (
    <section
      ref={root}
      className={`pd-App pd-mod-${host}`}
      // There is one panel, and any number of cells and tabs: landmarks of one name are none.
      role={host === 'panel' ? 'region' : 'group'}
      style={height ? { height, maxHeight: 'none' } : undefined}
      aria-label={
        place.view === 'administration'
          ? trans.__('Administration of model deployments')
          : trans.__('Model deployments')
      }
      // In a cell, the notebook would take the keys of our buttons for its own.
      data-lm-suppress-shortcuts={host === 'cell' ? 'true' : undefined}
    >
      <AskProvider>
        <Suspense fallback={<Skeleton what={trans.__('Loading…')} />}>
          <Screen {...props} active={active} />
        </Suspense>
      </AskProvider>
      {detached && (
        <p className="pd-Detached" role="status">
          {trans.__(
            'The kernel that made this panel is gone. What is shown stays live; run the cell again for Python to follow it.'
          )}
        </p>
      )}
    </section>
  );
}

function Screen(props: IAppProps & { active: boolean }): JSX.Element {
  const { active, host } = props;
  const { place, go, back } = useNavigation();
  switch (place.view) {
    case 'administration':
      return (
        <Administration
          host={host}
          active={active}
          onBack={back ?? undefined}
        />
      );
    case 'deployment':
      return <Detail key={place.id} {...place} active={active} />;
    case 'create':
      return <CreateForm draft={place.draft} active={active} />;
    case 'update':
      return <UpdateForm key={place.id} id={place.id} active={active} />;
    case 'deployments':
      return (
        <Overview
          {...props}
          onAdministration={() => go({ view: 'administration' })}
        />
      );
  }
}
