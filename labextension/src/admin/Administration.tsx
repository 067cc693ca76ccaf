import '../../style/admin.css';
import '../../style/forms.css';
import '../../style/audit.css';
import '../../style/usage.css';

import { caretLeftIcon, launchIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useCallback, useMemo, useRef, useState } from 'react';

import type { Me } from '../api/contract';
import { useResource } from '../model/binding';
import { AdminScreen, screensOf } from '../model/permissions';
import { ProviderWarning } from '../ui/access';
import type { Host } from '../ui/host';
import { Confirm, useAsk } from '../ui/dialogs';
import { Notice } from '../ui/notices';
import { useWide } from '../ui/observers';
import { useSession } from '../ui/session';
import { TabList } from '../ui/TabList';
import { useTranslation } from '../ui/translation';
import { AuditScreen } from './AuditScreen';
import { AdminContext, IAdminContext, IRoute } from './context';
import { DeploymentsScreen } from './DeploymentsScreen';
import { GroupsScreen } from './GroupsScreen';
import { InstanceTypesScreen } from './InstanceTypesScreen';
import { Loaded } from './Loaded';
import { PullSecretsScreen } from './PullSecretsScreen';
import { UsageScreen } from './UsageScreen';

/** From this width on the screens are tabs, below it a list to choose from. */
const ROOM_FOR_TABS = 560;

export interface IAdministrationProps {
  host: Host;
  /** Whether a person can see it. */
  active: boolean;
  /** The screen to begin with. */
  screen?: AdminScreen;
  /** The way back to the deployments; left out: there is none. */
  onBack?: () => void;
}

/** All that administrators, and admins of groups, look after. */
export function Administration(props: IAdministrationProps): JSX.Element {
  const { active, onBack } = props;
  const trans = useTranslation();
  const { me } = useSession();
  const state = useResource(me, active);
  return (
    <Loaded
      state={state}
      what={trans.__('Loading what you may do…')}
      refresh={me.refresh}
    >
      {who =>
        screensOf(who).length > 0 ? (
          <Screens {...props} me={who} />
        ) : (
          <NothingToManage onBack={onBack} />
        )
      }
    </Loaded>
  );
}

function NothingToManage({ onBack }: { onBack?: () => void }): JSX.Element {
  const trans = useTranslation();
  return (
    <Notice title={trans.__('Not allowed')}>
      <p>
        {trans.__(
          'Only administrators and admins of groups have something to manage here. Ask an administrator of this server if you need to.'
        )}
      </p>
      {onBack && (
        <button type="button" className="pd-Button" onClick={onBack}>
          {trans.__('Back to the deployments')}
        </button>
      )}
    </Notice>
  );
}

function Screens(props: IAdministrationProps & { me: Me }): JSX.Element {
  const { me, active, host, onBack } = props;
  const trans = useTranslation();
  const { openTab } = useSession();
  const screens = screensOf(me);
  const ask = useAsk();
  const [wanted, setRoute] = useState<IRoute>({
    screen: props.screen ?? 'groups'
  });
  // Rights may end while somebody looks.
  const route = useMemo<IRoute>(
    () => (screens.includes(wanted.screen) ? wanted : { screen: screens[0]! }),
    [screens, wanted]
  );
  const kept = useRef(new Map<string, unknown>()).current;
  const edited = useRef<string | null>(null);
  const dirty = useRef(false);
  const guard = useCallback((now: boolean) => {
    dirty.current = now;
  }, []);

  /** Whether what was typed may be lost. */
  const mayLeave = useCallback(async () => {
    if (!dirty.current) {
      return true;
    }
    const leave = await ask<boolean>(answer => (
      <Confirm
        title={trans.__('Discard what you changed?')}
        action={trans.__('Discard')}
        danger
        onAnswer={answer}
      >
        <p>{trans.__('It isn’t saved yet.')}</p>
      </Confirm>
    ));
    return leave;
  }, [ask, trans]);

  const navigate = useCallback(
    (next: IRoute, sure = false) =>
      void (sure ? Promise.resolve(true) : mayLeave()).then(leave => {
        if (leave) {
          dirty.current = false;
          setRoute(before => {
            edited.current = before.item ?? null;
            return next;
          });
          if (next.group !== undefined) {
            kept.set('deployments.group', next.group);
          }
        }
      }),
    [mayLeave, kept]
  );
  const context = useMemo<IAdminContext>(
    () => ({ me, active, route, navigate, guard, kept, edited }),
    [me, active, route, navigate, guard, kept]
  );
  return (
    <AdminContext.Provider value={context}>
      <header className="pd-AdminHead">
        {onBack && (
          <button
            type="button"
            className="pd-IconButton"
            aria-label={trans.__('Back to the deployments')}
            title={trans.__('Back to the deployments')}
            onClick={() =>
              void mayLeave().then(leave => (leave ? onBack() : undefined))
            }
          >
            <caretLeftIcon.react tag="span" width="20px" />
          </button>
        )}
        <Navigation
          screens={screens}
          screen={route.screen}
          onScreen={screen => navigate({ screen })}
        />
        {host !== 'tab' && (
          <button
            type="button"
            className="pd-IconButton"
            aria-label={trans.__('Open as a tab')}
            title={trans.__('Open as a tab')}
            onClick={() => openTab({ view: 'administration' })}
          >
            <launchIcon.react tag="span" width="16px" />
          </button>
        )}
      </header>
      <ProviderWarning provider={me.provider} />
      <section
        className="pd-AdminBody"
        aria-label={screenTitle(route.screen, trans)}
      >
        <Screen route={route} />
      </section>
    </AdminContext.Provider>
  );
}

function Screen({ route }: { route: IRoute }): JSX.Element {
  switch (route.screen) {
    case 'groups':
      return <GroupsScreen />;
    case 'instance-types':
      return <InstanceTypesScreen />;
    case 'pull-secrets':
      return <PullSecretsScreen />;
    case 'deployments':
      return <DeploymentsScreen />;
    case 'usage':
      return <UsageScreen />;
    case 'audit':
      return <AuditScreen />;
  }
}

function screenTitle(screen: AdminScreen, trans: TranslationBundle): string {
  switch (screen) {
    case 'groups':
      return trans.__('Groups');
    case 'instance-types':
      return trans.__('Instance types');
    case 'pull-secrets':
      return trans.__('Pull secrets');
    case 'deployments':
      return trans.__('Deployments');
    case 'usage':
      return trans.__('Usage');
    case 'audit':
      return trans.__('Audit log');
  }
}

interface INavigationProps {
  screens: readonly AdminScreen[];
  screen: AdminScreen;
  onScreen: (screen: AdminScreen) => void;
}

/** Tabs where there is room, a list to choose from where there is little. */
function Navigation(props: INavigationProps): JSX.Element {
  const { screens, screen, onScreen } = props;
  const trans = useTranslation();
  const root = useRef<HTMLDivElement>(null);
  const wide = useWide(root, ROOM_FOR_TABS);
  return (
    <div className="pd-AdminNav" ref={root}>
      {wide ? (
        <TabList
          label={trans.__('Administration')}
          className="pd-Tab"
          tabs={screens.map(key => ({ key, title: screenTitle(key, trans) }))}
          chosen={screen}
          onChoose={onScreen}
        />
      ) : (
        <select
          className="pd-Select"
          aria-label={trans.__('Screen of the administration')}
          value={screen}
          onChange={event => onScreen(event.target.value as AdminScreen)}
        >
          {screens.map(one => (
            <option key={one} value={one}>
              {screenTitle(one, trans)}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}
