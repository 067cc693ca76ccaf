import React from 'react';

import type { ILacking } from '../model/store';
import { Snippet } from './CopyButton';
import { Notice } from './notices';
import { useTranslation } from './translation';

/** The caller is in no group: they can own nothing. */
export function NoGroup(): JSX.Element {
  const trans = useTranslation();
  return (
    <Notice title={trans.__('No group')}>
      <p>
        {trans.__(
          'No group is configured for you to launch a server. Please contact admin.'
        )}
      </p>
    </Notice>
  );
}

/** The switch of the group is off: what runs is there, nothing new can be made. */
export function NotEnabled({
  group,
  manage
}: {
  group: string;
  /** Leads to the switch; only for those who may use it. */
  manage?: () => void;
}): JSX.Element {
  const trans = useTranslation();
  return (
    <div className="pd-Banner" role="status">
      <div>
        <strong>{trans.__('Feature not available')}</strong>
        <p>
          {trans.__(
            'Model Deployment is not enabled for this group. Please contact your administrator to enable it.'
          )}
        </p>
        <p className="pd-quiet">{trans.__('Group: %1', group)}</p>
      </div>
      {manage && (
        <button type="button" className="pd-Button" onClick={manage}>
          {trans.__('Open the groups')}
        </button>
      )}
    </div>
  );
}

/** What the provider of groups wants people to know: a Hub that is down, a file that can't be read. */
export function ProviderWarning({
  warning
}: {
  warning: string;
}): JSX.Element | null {
  const trans = useTranslation();
  return warning ? (
    <div className="pd-Banner" role="alert">
      <div>
        <strong>{trans.__('Groups may be out of date')}</strong>
        <p>{warning}</p>
      </div>
    </div>
  ) : null;
}

/** What the cluster doesn't let the caller do, before anything fails for it, and what an administrator applies. */
export function LackingRights({
  lacking
}: {
  lacking: readonly ILacking[];
}): JSX.Element {
  const trans = useTranslation();
  return (
    <>
      {lacking.map(({ namespace, message, yaml }) => (
        <div key={namespace} className="pd-Banner pd-Lacking" role="status">
          <div>
            <strong>{trans.__('Rights are missing on the cluster')}</strong>
            <p>{message}</p>
            <details>
              <summary>
                {trans.__('For an administrator of the cluster')}
              </summary>
              <Snippet code={yaml} />
            </details>
          </div>
        </div>
      ))}
    </>
  );
}

/** The caller may look and not change. */
export function ReadOnly(): JSX.Element {
  const trans = useTranslation();
  return (
    <p className="pd-Hint">
      {trans.__(
        'You may look and not change anything here. Ask an administrator of this server if you need to.'
      )}
    </p>
  );
}
