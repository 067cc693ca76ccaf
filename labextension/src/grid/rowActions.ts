import { useMemo } from 'react';

import type { Deployment } from '../api/contract';
import type { IDeploymentControls } from '../ui/actions';
import { useNavigation } from '../ui/navigation';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';

type Act = (deployment: Deployment) => void;

/** What a row offers to do. */
export interface IRowActions {
  readonly open: Act;
  readonly openTab: Act;
  readonly logs: Act;
  /** null: the engine measures nothing. */
  readonly metrics: Act | null;
  readonly copyEndpoint: Act;
  readonly copyCurl: Act;
  readonly copyLink: Act;
  /** null: the caller may change nothing. */
  readonly change: {
    readonly update: Act;
    readonly stop: Act;
    readonly start: Act;
    readonly restart: Act;
    readonly scale: Act;
    readonly clone: Act;
    readonly remove: Act;
  } | null;
}

/**
 * What rows offer to do: the same object as long as nothing of it changes, so that rows need not be drawn anew.
 *
 * @param metered - Whether the engine measures traffic.
 * @param onOpen - Told of the deployment that was opened.
 */
export function useRowActions(
  controls: IDeploymentControls,
  writable: boolean,
  metered: boolean,
  onOpen: (id: string) => void
): IRowActions {
  const { go } = useNavigation();
  const { openTab, linkTo, copy, tell } = useSession();
  const trans = useTranslation();
  const { run, copyEndpoint, copyCurl, clone } = controls;
  return useMemo(
    () => ({
      open: ({ id }) => {
        onOpen(id);
        go({ view: 'deployment', id });
      },
      openTab: ({ id }) => {
        onOpen(id);
        openTab({ view: 'deployment', id });
      },
      logs: ({ id }) => {
        onOpen(id);
        go({ view: 'deployment', id, tab: 'logs' });
      },
      metrics: metered
        ? ({ id }) => {
            onOpen(id);
            go({ view: 'deployment', id, tab: 'metrics' });
          }
        : null,
      copyEndpoint,
      copyCurl,
      copyLink: ({ id, name }) => {
        copy(linkTo({ view: 'deployment', id }));
        tell(trans.__('Link to %1 copied', name));
      },
      change: writable
        ? {
            update: ({ id }) => {
              onOpen(id);
              go({ view: 'update', id });
            },
            stop: one => void run('stop', one),
            start: one => void run('start', one),
            restart: one => void run('restart', one),
            scale: one => void run('scale', one),
            clone,
            remove: one => void run('delete', one)
          }
        : null
    }),
    [
      go,
      openTab,
      linkTo,
      copy,
      tell,
      trans,
      run,
      copyEndpoint,
      copyCurl,
      clone,
      writable,
      metered,
      onOpen
    ]
  );
}
