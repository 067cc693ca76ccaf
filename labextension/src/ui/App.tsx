import React, { Suspense, lazy, useCallback, useRef, useState } from 'react';

import type { IDeployments } from '../tokens';
import { CopyContext } from './CopyButton';
import { AskProvider } from './dialogs';
import type { Layout } from './Grid';
import { Skeleton } from './notices';
import { useOnScreen } from './observers';
import { Overview } from './Overview';
import { SessionProvider } from './session';
import { TranslatorContext, useTranslation } from './translation';

const Administration = lazy(async () => ({
  default: (await import('../admin/Administration')).Administration
}));

/** Where it is: fills the side panel or a tab, or grows in a notebook cell up to `height`. */
export type Host = 'panel' | 'tab' | 'cell';

export type View = 'deployments' | 'administration';

export interface IAppProps extends IDeployments {
  host: Host;
  /** Only this group's deployments; empty: all. */
  group?: string;
  /** Only the deployment with this id; empty: all. */
  deployment?: string;
  layout?: Layout;
  /** CSS height, for a cell. */
  height?: string;
  /** Id of the row that is open; left out: the component keeps it itself. */
  selected?: string;
  onSelect?: (id: string) => void;
  /** What is shown; left out: the component keeps it itself, beginning with the deployments. */
  view?: View;
  onView?: (view: View) => void;
}

/** The whole screen, the same in every host. */
export function App(props: IAppProps): JSX.Element {
  return (
    <TranslatorContext.Provider value={props.translator}>
      <SessionProvider value={props}>
        <CopyContext.Provider value={props.copy}>
          <Screen {...props} />
        </CopyContext.Provider>
      </SessionProvider>
    </TranslatorContext.Provider>
  );
}

function Screen(props: IAppProps): JSX.Element {
  const { host, height, onView } = props;
  const trans = useTranslation();
  const root = useRef<HTMLElement>(null);
  const active = useOnScreen(root);
  const [own, setOwn] = useState<View>('deployments');
  const view = props.view ?? own;
  const show = useCallback(
    (next: View) => {
      setOwn(next);
      onView?.(next);
    },
    [onView]
  );
  return (
    <section
      ref={root}
      className={`pd-App pd-mod-${host}`}
      style={height ? { height, maxHeight: 'none' } : undefined}
      aria-label={
        view === 'administration'
          ? trans.__('Administration of model deployments')
          : trans.__('Model deployments')
      }
      // In a cell, the notebook would take the keys of our buttons for its own.
      data-lm-suppress-shortcuts={host === 'cell' ? 'true' : undefined}
    >
      <AskProvider>
        {view === 'administration' ? (
          <Suspense
            fallback={
              <Skeleton what={trans.__('Loading the administration…')} />
            }
          >
            <Administration
              host={host}
              active={active}
              onBack={host === 'tab' ? undefined : () => show('deployments')}
            />
          </Suspense>
        ) : (
          <Overview
            {...props}
            active={active}
            onAdministration={() => show('administration')}
          />
        )}
      </AskProvider>
    </section>
  );
}
