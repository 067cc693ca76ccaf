import React, { useCallback, useMemo, useSyncExternalStore } from 'react';

import type { Deployment } from '../api/contract';
import { curlOf } from '../model/curl';
import { DeploymentAction, Doing, undertakingsOf } from '../model/doing';
import { draftOf } from '../model/drafts';
import { useAsk } from './dialogs';
import { useNavigation } from './navigation';
import { Question } from './questions';
import { ScaleDialog } from './ScaleDialog';
import { useSession } from './session';
import { useTranslation } from './translation';

export type { DeploymentAction } from '../model/doing';

export interface IDeploymentControls {
  /** What is being done to which deployment (by id) and has no answer yet, by any view of this browser tab. */
  readonly busy: Doing;
  /** Ask, and do it; tells whether it was done. What the server says against it is reported. */
  readonly run: (
    action: DeploymentAction,
    deployment: Deployment
  ) => Promise<boolean>;
  readonly copyEndpoint: (deployment: Deployment) => void;
  /** A shell command that calls it with the model's own example. */
  readonly copyCurl: (deployment: Deployment) => void;
  /** Show the form for a new one, filled in with this one's settings. */
  readonly clone: (deployment: Deployment) => void;
}

/** All that can be done to a deployment from anywhere: with a question before where something may be missed. */
export function useDeploymentControls(): IDeploymentControls {
  const { client, drafts, report, copy, tell, preferences } = useSession();
  const { go } = useNavigation();
  const trans = useTranslation();
  const ask = useAsk();
  const undertakings = undertakingsOf(client);
  const busy = useSyncExternalStore(
    undertakings.subscribe,
    undertakings.getState
  );
  const run = useCallback(
    async (action: DeploymentAction, deployment: Deployment) => {
      const { id } = deployment;
      // Buttons that are busy keep the focus: that is why they aren't disabled.
      if (undertakings.getState().has(id)) {
        return false;
      }
      let replicas = 0;
      if (action === 'scale') {
        replicas =
          (await ask<number | null>(answer => (
            <ScaleDialog deployment={deployment} onAnswer={answer} />
          ))) ?? 0;
        if (replicas === 0) {
          return false;
        }
      } else if (
        action === 'delete' ||
        preferences.getState().confirm === 'always'
      ) {
        const confirmed = await ask<boolean>(answer => (
          <Question action={action} deployment={deployment} onAnswer={answer} />
        ));
        if (!confirmed) {
          return false;
        }
      }
      try {
        const done = await undertakings.during(id, action, async () => {
          await (action === 'scale'
            ? client.scale(id, replicas)
            : client[action](id));
          return true;
        });
        return done ?? false;
      } catch (problem) {
        report(problem);
        return false;
      }
    },
    [client, undertakings, ask, report, preferences]
  );
  return useMemo(
    () => ({
      busy,
      run,
      copyEndpoint: ({ name, endpoint }) => {
        copy(endpoint);
        tell(trans.__('Endpoint of %1 copied', name));
      },
      copyCurl: deployment => {
        copy(curlOf(deployment));
        tell(trans.__('curl command for %1 copied', deployment.name));
      },
      clone: deployment => {
        const name = trans.__('Copy of %1', deployment.name);
        const draft = drafts.prepare(draftOf(deployment, name));
        go({ view: 'create', draft });
      }
    }),
    [busy, run, copy, tell, drafts, trans, go]
  );
}
