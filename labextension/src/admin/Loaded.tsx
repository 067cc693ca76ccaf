import React from 'react';

import { ApiError, ExtensionMissing } from '../api/errors';
import type { IResourceState } from '../model/resource';
import {
  Missing,
  Notice,
  Skeleton,
  StaleBanner,
  TryAgain
} from '../ui/notices';
import { useTranslation } from '../ui/translation';

/** What is loaded, or what stands in its place until it is; what may no longer be true is marked. */
export function Loaded<T>({
  state,
  what,
  refresh,
  children
}: {
  state: IResourceState<T>;
  /** What is waited for, for screen readers. */
  what: string;
  refresh: () => Promise<void>;
  children: (value: T) => React.ReactNode;
}): JSX.Element {
  const retry = () => void refresh();
  if (state.value === null) {
    return state.problem ? (
      <Failure problem={state.problem} onAction={retry} />
    ) : (
      <Skeleton what={what} />
    );
  }
  return (
    <>
      {state.problem && (
        <StaleBanner
          syncedAt={state.syncedAt}
          problem={state.problem.message}
          onAction={retry}
        />
      )}
      {children(state.value)}
    </>
  );
}

/** Why there is nothing to show, and the way to try again. */
export function Failure({
  problem,
  onAction
}: {
  problem: Error;
  onAction: () => void;
}): JSX.Element {
  const trans = useTranslation();
  if (problem instanceof ExtensionMissing) {
    return <Missing onAction={onAction} />;
  }
  const refused =
    problem instanceof ApiError &&
    (problem.status === 401 || problem.status === 403);
  return (
    <Notice
      title={
        refused
          ? trans.__('Not allowed')
          : problem instanceof ApiError
            ? trans.__('The server can’t answer')
            : trans.__('No connection to the server')
      }
    >
      <p>{problem.message}</p>
      {refused && (
        <p>
          {trans.__(
            'Your rights may have changed, or your login may have ended: then reload this page.'
          )}
        </p>
      )}
      <TryAgain onAction={onAction} />
    </Notice>
  );
}
