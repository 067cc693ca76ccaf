import '../../style/detail.css';

import React, { useCallback, useId, useMemo, useState } from 'react';

import { useResource } from '../model/binding';
import type { DetailTab } from '../model/place';
import { useNavigation } from '../ui/navigation';
import { Skeleton, StaleBanner } from '../ui/notices';
import { useRefreshAfter } from '../ui/observers';
import { obstacle } from '../ui/obstacle';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { DetailProvider, IDetailContext } from './context';
import { Head } from './Head';
import { Gone, Unknown } from './notices';
import { TabList } from './TabList';
import { TabPanels } from './TabPanels';
import { useDeployment } from './useDeployment';

export interface IDetailProps {
  id: string;
  tab?: DetailTab;
  /** The line that the log opens at. */
  line?: string;
  /** Whether a person can see it. */
  active: boolean;
}

/** One deployment: what it is, what it does, and what can be done with it. */
export function Detail(props: IDetailProps): JSX.Element {
  const { id, active, tab = 'information', line } = props;
  const trans = useTranslation();
  const { store, me, details } = useSession();
  const { go } = useNavigation();
  const { state, deployment, presence } = useDeployment(id, active);
  const who = useResource(me, active).value;
  const prefix = useId();
  const one = details(id);
  const refreshOne = useCallback(async () => {
    await Promise.all([
      one.revisions.refresh(),
      one.replicas.refresh(),
      one.events.refresh()
    ]);
  }, [one]);
  useRefreshAfter(deployment?.resource_version ?? 0, refreshOne, active);
  const [asked, setAsked] = useState<IDetailContext['asked']>(null);
  const showRevision = useCallback(
    (revision: number) => {
      setAsked({ revision });
      go({ view: 'deployment', id, tab: 'history' });
    },
    [go, id]
  );
  const context = useMemo<IDetailContext | null>(
    () =>
      deployment && {
        deployment,
        me: who,
        usable: who?.can_write === true && presence === 'known',
        writable:
          who?.can_write === true &&
          presence === 'known' &&
          !deployment.managed_by,
        asked,
        showRevision
      },
    [deployment, who, presence, asked, showRevision]
  );
  const refresh = () => {
    void store.refresh();
    void me.refresh();
    void one.deployment.refresh();
  };
  return (
    <>
      {state.connection === 'stale' && (
        <StaleBanner {...state} onAction={refresh} />
      )}
      {obstacle(state, refresh) ??
        (presence === 'unknown' ? (
          <Unknown id={id} />
        ) : context === null ? (
          <Skeleton what={trans.__('Loading the deployment…')} />
        ) : (
          <DetailProvider value={context}>
            <article
              className="pd-Detail"
              aria-label={trans.__('Deployment %1', context.deployment.name)}
            >
              <Head active={active} tab={tab} gone={presence === 'gone'} />
              {presence === 'gone' ? (
                <Gone />
              ) : (
                <>
                  <TabList
                    tab={tab}
                    prefix={prefix}
                    onTab={next => go({ view: 'deployment', id, tab: next })}
                  />
                  <TabPanels
                    tab={tab}
                    prefix={prefix}
                    id={id}
                    active={active}
                    line={line}
                  />
                </>
              )}
            </article>
          </DetailProvider>
        ))}
    </>
  );
}
