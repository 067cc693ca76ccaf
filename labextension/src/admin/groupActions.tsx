import React, { useCallback, useState } from 'react';

import type { Group, GroupChange } from '../api/contract';
import { useAsk } from '../ui/dialogs';
import { useSession } from '../ui/session';
import { DeleteGroupDialog, Fate } from './DeleteGroupDialog';
import { Cancelled } from './editing';
import { INamed, namedIn } from './RunningList';
import { SwitchOffDialog } from './SwitchOffDialog';

type Update = (
  name: string,
  change: GroupChange,
  version: number
) => Promise<Group>;

/** Send a change of a group; what becomes of deployments that run is asked when the server wants to know. */
export function useGroupUpdate(): Update {
  const { administration } = useSession();
  const { client } = administration;
  const ask = useAsk();
  return useCallback(
    async (name, change, version) => {
      try {
        return await client.updateGroup(name, change, version);
      } catch (error) {
        const running = namedIn(error, 'running');
        if (running === null) {
          throw error;
        }
        const choice = await ask<'stop' | 'keep' | null>(answer => (
          <SwitchOffDialog group={name} running={running} onAnswer={answer} />
        ));
        if (choice === null) {
          throw new Cancelled();
        }
        const decided = { ...change, running: choice };
        return client.updateGroup(name, decided, version);
      }
    },
    [client, ask]
  );
}

export interface IGroupActions {
  /** Names of groups that something is being done to. */
  busy: ReadonlySet<string>;
  /** Turn Model Deployment on or off. */
  enable: (group: Group, enabled: boolean) => Promise<void>;
  /** Delete a group after asking; tells whether it is gone. */
  remove: (group: Group) => Promise<boolean>;
}

export function useGroupActions(): IGroupActions {
  const { administration, me, report } = useSession();
  const { client, groups, deployments, instanceTypes, pullSecrets } =
    administration;
  const ask = useAsk();
  const update = useGroupUpdate();
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());

  const run = useCallback(
    async (name: string, action: () => Promise<unknown>): Promise<boolean> => {
      setBusy(before => new Set(before).add(name));
      try {
        await action();
        return true;
      } catch (problem) {
        if (!(problem instanceof Cancelled)) {
          report(problem);
        }
        return false;
      } finally {
        // Also after a refusal: somebody else may have been quicker.
        await groups.refresh();
        void me.refresh();
        setBusy(before => {
          const after = new Set(before);
          after.delete(name);
          return after;
        });
      }
    },
    [groups, me, report]
  );

  const enable = useCallback(
    async (group: Group, enabled: boolean) => {
      await run(group.name, () =>
        update(group.name, { enabled }, group.version)
      );
    },
    [run, update]
  );

  const remove = useCallback(
    async (group: Group) => {
      const { name, version } = group;
      const confirm = async (owned: readonly INamed[]): Promise<Fate> => {
        const fate = await ask<Fate | null>(answer => (
          <DeleteGroupDialog group={group} owned={owned} onAnswer={answer} />
        ));
        if (fate === null) {
          throw new Cancelled();
        }
        return fate;
      };
      const send = (fate: Fate) =>
        client.deleteGroup(name, version, fate === 'none' ? undefined : fate);
      const gone = await run(name, async () => {
        const known = deployments
          .getState()
          .deployments.filter(deployment => deployment.group === name);
        try {
          await send(await confirm(known));
        } catch (problem) {
          // The server knows of some that this page didn't.
          const owned = namedIn(problem, 'deployments');
          if (owned === null) {
            throw problem;
          }
          await send(await confirm(owned));
        }
      });
      if (gone) {
        // Its name was taken off what was for it alone.
        void instanceTypes.refresh();
        void pullSecrets.refresh();
      }
      return gone;
    },
    [ask, client, deployments, instanceTypes, pullSecrets, run]
  );
  return { busy, enable, remove };
}
