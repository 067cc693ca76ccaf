import React, { PropsWithChildren } from 'react';

import { VERSION } from '../version';
import { Snippet } from './CopyButton';
import { clockTime } from './time';
import { useLocale, useTranslation } from './translation';

interface IActionProps {
  onAction: () => void;
}

/** A message that stands where the content would. */
export function Notice({
  title,
  children
}: PropsWithChildren<{ title: string }>): JSX.Element {
  return (
    <section className="pd-Notice" role="status">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

export function NoDeployments({
  onCreate
}: {
  /** Leads to the form; left out: the caller may make nothing. */
  onCreate?: () => void;
}): JSX.Element {
  const trans = useTranslation();
  return (
    <Notice title={trans.__('No deployments yet')}>
      <p>
        {trans.__(
          'A deployment is a trained model behind an address that programs call: with replicas, logs, metrics and a history to roll back in.'
        )}
      </p>
      {onCreate && (
        <button
          type="button"
          className="pd-Button pd-mod-primary"
          onClick={onCreate}
        >
          {trans.__('Create your first deployment')}
        </button>
      )}
      <p>{trans.__('Deploy a trained model from a notebook:')}</p>
      <Snippet
        code={
          'from primehub_deploy_ext import deploy\ndeploy(model, "Name", example=X.head(3))'
        }
      />
    </Notice>
  );
}

export function NothingFound({ onAction }: IActionProps): JSX.Element {
  const trans = useTranslation();
  return (
    <Notice title={trans.__('No deployment matches the filters')}>
      <button type="button" className="pd-Button" onClick={onAction}>
        {trans.__('Clear filters')}
      </button>
    </Notice>
  );
}

export function NoSuchDeployment({ id }: { id: string }): JSX.Element {
  const trans = useTranslation();
  return (
    <Notice title={trans.__('No deployment %1', id)}>
      <p>{trans.__('It was deleted, or you may not see it.')}</p>
    </Notice>
  );
}

export function Missing({ onAction }: IActionProps): JSX.Element {
  const trans = useTranslation();
  return (
    <Notice title={trans.__('Server extension missing')}>
      <p>
        {trans.__(
          'This page has the deployments panel, but the Jupyter server does not answer for it. In the environment of the server:'
        )}
      </p>
      <Snippet
        code={
          'pip install primehub-deploy-ext\njupyter server extension enable primehub_deploy_ext\njupyter server extension list'
        }
      />
      <p>{trans.__('Then restart the Jupyter server.')}</p>
      <TryAgain onAction={onAction} />
    </Notice>
  );
}

export function Mismatch({
  server,
  onAction
}: IActionProps & { server: string | null }): JSX.Element {
  const trans = useTranslation();
  return (
    <Notice title={trans.__('Versions do not match')}>
      <p>
        {trans.__(
          'This page has version %1 of the deployments panel, the Jupyter server has version %2.',
          VERSION,
          server ?? '?'
        )}
      </p>
      <p>
        {trans.__(
          'Restart the Jupyter server, then reload this page in the browser.'
        )}
      </p>
      <TryAgain onAction={onAction} />
    </Notice>
  );
}

export function Unauthorized({
  problem,
  onAction
}: IActionProps & { problem: string }): JSX.Element {
  const trans = useTranslation();
  return (
    <Notice title={trans.__('Not allowed')}>
      <p>{problem}</p>
      <p>
        {trans.__('If your login has ended, reload this page to log in again.')}
      </p>
      <TryAgain onAction={onAction} />
    </Notice>
  );
}

export function TryAgain({ onAction }: IActionProps): JSX.Element {
  const trans = useTranslation();
  return (
    <button type="button" className="pd-Button" onClick={onAction}>
      {trans.__('Try again')}
    </button>
  );
}

/** Stands above what may no longer be true since `syncedAt` (ms since the epoch). */
export function StaleBanner({
  syncedAt,
  problem,
  clusterAway = false,
  onAction
}: IActionProps & {
  syncedAt: number | null;
  problem: string;
  /** Not this page has lost its server, but that the cluster. */
  clusterAway?: boolean;
}): JSX.Element {
  const trans = useTranslation();
  const locale = useLocale();
  return (
    <div className="pd-Banner" role="status">
      <span>
        {syncedAt === null
          ? trans.__('No connection to the server yet, connecting…')
          : clusterAway
            ? trans.__(
                'The cluster can’t be reached — showing data as of %1, trying again…',
                clockTime(syncedAt, locale)
              )
            : trans.__(
                'Connection lost — showing data as of %1, reconnecting…',
                clockTime(syncedAt, locale)
              )}
        <Technical words={problem} />
      </span>
      <button type="button" className="pd-Button" onClick={onAction}>
        {clusterAway ? trans.__('Try again') : trans.__('Reconnect now')}
      </button>
    </div>
  );
}

/** What an administrator asks for, out of the way of everybody else. */
export function Technical({ words }: { words: string }): JSX.Element | null {
  const trans = useTranslation();
  return words ? (
    <details className="pd-Technical">
      <summary>{trans.__('Technical details')}</summary>
      <span className="pd-breakable">{words}</span>
    </details>
  ) : null;
}

/** Where rows will be. */
export function Skeleton({ what }: { what?: string }): JSX.Element {
  const trans = useTranslation();
  return (
    <div className="pd-Skeleton" role="status">
      <span className="pd-visuallyHidden">
        {what ?? trans.__('Loading deployments…')}
      </span>
      {[0, 1, 2].map(index => (
        <div className="pd-Skeleton-row" key={index} aria-hidden="true" />
      ))}
    </div>
  );
}
