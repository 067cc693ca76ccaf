import React, { useCallback, useState } from 'react';

import type { Deployment } from '../api/contract';
import { undertakingsOf } from '../model/doing';
import { useAsk } from '../ui/dialogs';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { BulkQuestion, BulkSummary, IFailure } from './BulkDialogs';
import { BulkAction, doneWords } from './bulkWords';

/** So many requests at once: the server has others to answer too. */
const AT_ONCE = 4;

export interface IProgress {
  action: BulkAction;
  done: number;
  total: number;
}

export interface IBulk {
  /** What is being done now; null: nothing. */
  progress: IProgress | null;
  /** Ask, and do it to each; gives those that it could not be done to, null when it was not wanted. */
  run: (
    action: BulkAction,
    deployments: readonly Deployment[]
  ) => Promise<readonly Deployment[] | null>;
}

/** Those that an action would change something of. */
export function concernedBy(
  action: BulkAction,
  deployments: readonly Deployment[]
): readonly Deployment[] {
  const ours = deployments.filter(one => !one.managed_by);
  switch (action) {
    case 'stop':
    case 'restart':
      return ours.filter(({ spec }) => !spec.stopped);
    case 'start':
      return ours.filter(({ spec }) => spec.stopped);
    case 'delete':
      return ours;
  }
}

/** The same thing done to many: each by itself, so that one that fails keeps no other from it. */
export function useBulk(): IBulk {
  const { client, tell } = useSession();
  const trans = useTranslation();
  const ask = useAsk();
  const [progress, setProgress] = useState<IProgress | null>(null);
  const run = useCallback(
    async (action: BulkAction, deployments: readonly Deployment[]) => {
      const confirmed = await ask<boolean>(answer => (
        <BulkQuestion
          action={action}
          deployments={deployments}
          onAnswer={answer}
        />
      ));
      if (!confirmed) {
        return null;
      }
      const undertakings = undertakingsOf(client);
      const failures: IFailure[] = [];
      const total = deployments.length;
      let done = 0;
      setProgress({ action, done, total });
      const waiting = [...deployments];
      const work = async () => {
        for (let one = waiting.shift(); one; one = waiting.shift()) {
          const { id } = one;
          try {
            const result = await undertakings.during(id, action, async () => {
              await client[action](id);
              return true;
            });
            if (result === null) {
              throw new Error(trans.__('Something else is being done to it.'));
            }
          } catch (reason) {
            const problem =
              reason instanceof Error ? reason.message : String(reason);
            failures.push({ deployment: one, problem });
          }
          done += 1;
          setProgress({ action, done, total });
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      setProgress(null);
      if (failures.length === 0) {
        tell(doneWords(action, total, trans));
      } else {
        await ask<void>(answer => (
          <BulkSummary
            action={action}
            total={total}
            failures={failures}
            onClose={() => answer()}
          />
        ));
      }
      return failures.map(({ deployment }) => deployment);
    },
    [client, tell, trans, ask]
  );
  return { progress, run };
}
