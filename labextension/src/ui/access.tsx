import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { ProviderInfo } from '../api/contract';
import type { ILacking } from '../model/store';
import { Snippet } from './CopyButton';
import { Notice, Technical } from './notices';
import { clockTime, exactTime } from './time';
import { useLocale, useTranslation } from './translation';

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
  provider
}: {
  provider: ProviderInfo | undefined;
}): JSX.Element | null {
  const trans = useTranslation();
  const locale = useLocale();
  if (!provider?.warning) {
    return null;
  }
  const { as_of, until, warning } = provider;
  const clock = (time: string) => clockTime(Date.parse(time), locale);
  return (
    <div className="pd-Banner" role="alert">
      <div>
        <strong>{providerTrouble(provider, trans)}</strong>
        {as_of ? (
          <>
            <p>
              {until
                ? trans.__(
                    'Groups, members and quotas are those of %1. You may go on deploying by them until %2; after that nothing can be changed here until they are known again. What runs goes on running.',
                    clock(as_of),
                    clock(until)
                  )
                : trans.__(
                    'Groups, members and quotas are those of %1. You may go on deploying by them; changes count once that is mended.',
                    exactTime(as_of, locale)
                  )}
            </p>
            <Technical words={warning} />
          </>
        ) : (
          <p className="pd-breakable">{warning}</p>
        )}
      </div>
    </div>
  );
}

/** Who it is that doesn't tell, or what it tells. */
function providerTrouble(
  { name, as_of }: ProviderInfo,
  trans: TranslationBundle
): string {
  switch (as_of ? name : '') {
    case 'jupyterhub':
      return trans.__('JupyterHub doesn’t tell who is in which group');
    case 'kubernetes':
      return trans.__('The cluster doesn’t tell who is in which group');
    case 'file':
      return trans.__('The groups file can’t be used as it is now');
    case '':
      return trans.__('About your groups');
    default:
      return trans.__('The groups of “%1” are not known now', name);
  }
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
