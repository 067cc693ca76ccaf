import { caretLeftIcon, launchIcon } from '@jupyterlab/ui-components';
import React, { useEffect, useRef } from 'react';

import type { DetailTab } from '../model/place';
import { useDeploymentControls } from '../ui/actions';
import { useHost } from '../ui/host';
import { MadeBy } from '../ui/MadeBy';
import { useNavigation } from '../ui/navigation';
import { useSession } from '../ui/session';
import { Status } from '../ui/Status';
import { useNow } from '../ui/time';
import { useTranslation } from '../ui/translation';
import { groupTitleIn, trouble } from '../ui/vocabulary';
import { useDetail } from './context';
import { HeadButtons } from './HeadButtons';
import { Message } from './Message';

/** Messages up to here have room beside the status. */
const SHORT = 60;

/** Which deployment, how it is, and what can be done with it. */
export function Head({
  active,
  tab,
  gone
}: {
  active: boolean;
  tab: DetailTab;
  /** It is no more: what it was doing last is not what it does. */
  gone: boolean;
}): JSX.Element {
  const { deployment, me, usable } = useDetail();
  const { status, name, id, group } = deployment;
  const trans = useTranslation();
  const controls = useDeploymentControls();
  const now = useNow(1000, active && !gone && status.phase === 'Deploying');
  const title = useRef<HTMLHeadingElement>(null);
  const { back, arrived } = useNavigation();
  const { openTab } = useSession();
  const host = useHost();

  // What was pressed to come here is gone: the keyboard goes on from the title.
  useEffect(() => {
    if (arrived && document.activeElement === document.body) {
      title.current?.focus({ preventScroll: true });
    }
  }, [arrived]);

  // Nobody has to read, or send to somebody, that all is well.
  const calm =
    !gone &&
    status.message.length <= SHORT &&
    trouble(deployment, trans) === null &&
    (status.phase === 'Deployed' || status.phase === 'Stopped');

  return (
    <header className={`pd-DetailHead pd-mod-${tab}`}>
      <div className="pd-DetailHead-line">
        {back && (
          <button
            type="button"
            className="pd-IconButton"
            aria-label={trans.__('Back')}
            title={trans.__('Back')}
            onClick={back}
          >
            <caretLeftIcon.react tag="span" width="20px" />
          </button>
        )}
        <h2 ref={title} tabIndex={-1} className="pd-DetailHead-title">
          {name}
        </h2>
        {host !== 'tab' && !gone && (
          <button
            type="button"
            className="pd-IconButton"
            aria-label={trans.__('Open as a tab')}
            title={trans.__('Open as a tab')}
            onClick={() => openTab({ view: 'deployment', id, tab })}
          >
            <launchIcon.react tag="span" width="16px" />
          </button>
        )}
      </div>
      <div className="pd-DetailHead-status">
        {!gone && <Status deployment={deployment} now={now} />}
        <span className="pd-Group" title={trans.__('Group: %1', group)}>
          {groupTitleIn(me?.groups, group)}
        </span>
        <MadeBy deployment={deployment} />
        {calm && <span className="pd-quiet">{status.message}</span>}
      </div>
      {!gone && !calm && status.message && <Message text={status.message} />}
      {usable && <HeadButtons controls={controls} />}
    </header>
  );
}
