import '../../style/views.css';
import '../../style/card.css';

import React, { useRef, useState } from 'react';

import type { Deployment } from '../api/contract';
import { useDeployments, useResource } from '../model/binding';
import type { Place } from '../model/place';
import type { IDeployments } from '../tokens';
import { useDeploymentControls } from '../ui/actions';
import { App } from '../ui/App';
import { CopyContext, Endpoint } from '../ui/CopyButton';
import { AskProvider } from '../ui/dialogs';
import { HostContext } from '../ui/host';
import { NavigationProvider, useNavigation } from '../ui/navigation';
import { StaleBanner } from '../ui/notices';
import { obstacle } from '../ui/obstacle';
import { useOnScreen } from '../ui/observers';
import { SessionProvider, useSession } from '../ui/session';
import { Status } from '../ui/Status';
import { useNow } from '../ui/time';
import { TranslatorContext, useTranslation } from '../ui/translation';
import { groupTitleIn, readyReplicas, trouble } from '../ui/vocabulary';

export interface IDeploymentCardProps {
  session: IDeployments;
  id: string;
  /** What it was called when the card was made. */
  name: string;
}

/** One deployment in a cell: how it is now, and all of it when wanted. */
export function DeploymentCard(props: IDeploymentCardProps): JSX.Element {
  const { session, id } = props;
  const [place, setPlace] = useState<Place | null>(null);
  if (place) {
    return (
      <App
        {...session}
        host="cell"
        place={place}
        onPlace={next =>
          // The list is what this card was never about: it leads back to the card.
          setPlace(next.view === 'deployments' ? null : next)
        }
      />
    );
  }
  return (
    <TranslatorContext.Provider value={session.translator}>
      <SessionProvider value={session}>
        <HostContext.Provider value="cell">
          <CopyContext.Provider value={session.copy}>
            <NavigationProvider
              place={{ view: 'deployment', id }}
              rooted
              onPlace={setPlace}
            >
              <Frame {...props} />
            </NavigationProvider>
          </CopyContext.Provider>
        </HostContext.Provider>
      </SessionProvider>
    </TranslatorContext.Provider>
  );
}

function Frame({ id, name }: IDeploymentCardProps): JSX.Element {
  const trans = useTranslation();
  const { store, me } = useSession();
  const root = useRef<HTMLDivElement>(null);
  const active = useOnScreen(root);
  const state = useDeployments(store, active);
  const who = useResource(me, active).value;
  const found = state.deployments.find(one => one.id === id);
  return (
    <div
      ref={root}
      // A group, no landmark: a notebook may show the same deployment many times.
      role="group"
      className="pd-App pd-mod-card"
      aria-label={trans.__('Model deployment %1', found?.name ?? name)}
      // The notebook would take the keys of our buttons for its own.
      data-lm-suppress-shortcuts="true"
    >
      <AskProvider>
        {state.connection === 'stale' && (
          <StaleBanner {...state} onAction={() => void store.refresh()} />
        )}
        {obstacle(state, () => void store.refresh()) ??
          (found ? (
            <Known
              deployment={found}
              group={groupTitleIn(who?.groups, found.group)}
              active={active}
              mayWrite={who?.can_write !== false}
            />
          ) : (
            <Gone name={name} id={id} />
          ))}
      </AskProvider>
    </div>
  );
}

function Known({
  deployment,
  group,
  active,
  mayWrite
}: {
  deployment: Deployment;
  group: string;
  active: boolean;
  mayWrite: boolean;
}): JSX.Element {
  const trans = useTranslation();
  const { openTab } = useSession();
  const { go } = useNavigation();
  const controls = useDeploymentControls();
  const { id, name, status, spec, revision } = deployment;
  const now = useNow(1_000, active && status.phase === 'Deploying');
  const wrong = trouble(deployment, trans);
  const busy = controls.busy.has(id);
  return (
    <div className="pd-Card" data-deployment={id}>
      <div className="pd-Card-head">
        <button
          type="button"
          className="pd-Card-name"
          title={trans.__('Show the details here')}
          onClick={() => go({ view: 'deployment', id })}
        >
          {name}
        </button>
        <Status deployment={deployment} now={now} />
        <span className="pd-Card-facts">
          <span>{readyReplicas(deployment, trans)}</span>
          <span>{trans.__('revision %1', revision)}</span>
          <span>{group}</span>
        </span>
      </div>
      <Endpoint url={deployment.endpoint} />
      {wrong && (
        <p className="pd-Card-trouble">
          <b>{wrong.reason}</b> {wrong.message}
        </p>
      )}
      <div className="pd-Buttons">
        <button
          type="button"
          className="pd-Button"
          onClick={() => go({ view: 'deployment', id })}
        >
          {trans.__('Details')}
        </button>
        <button
          type="button"
          className="pd-Button"
          onClick={() => go({ view: 'deployment', id, tab: 'logs' })}
        >
          {trans.__('Logs')}
        </button>
        <button
          type="button"
          className="pd-Button"
          onClick={() => openTab({ view: 'deployment', id })}
        >
          {trans.__('Open in a tab')}
        </button>
        {mayWrite && !deployment.managed_by && (
          <button
            type="button"
            className="pd-Button"
            aria-busy={busy}
            onClick={() =>
              void controls.run(spec.stopped ? 'start' : 'stop', deployment)
            }
          >
            {spec.stopped ? trans.__('Start') : trans.__('Stop')}
          </button>
        )}
      </div>
    </div>
  );
}

function Gone({ id, name }: { id: string; name: string }): JSX.Element {
  const trans = useTranslation();
  return (
    <div className="pd-Card pd-mod-gone" role="status">
      <span className="pd-Card-name">{name || id}</span>{' '}
      {trans.__(
        'is not on this server: it was deleted, you may not see it, or the notebook ran elsewhere.'
      )}
    </div>
  );
}
