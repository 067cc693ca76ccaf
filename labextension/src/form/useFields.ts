import { useCallback, useMemo } from 'react';

import type { Deployment, InstanceType, Me } from '../api/contract';
import { useDeployments } from '../model/binding';
import type { IDraft } from '../model/drafts';
import { withUsageNow } from '../model/groupUsage';
import { useSession } from '../ui/session';
import type { IFormContext } from './context';
import { apiField } from './fields';
import type { IDrafting } from './useDraft';
import type { ISending } from './useSending';

/** What a form is about, beside what is typed into it. */
export interface IFormFacts {
  me: Me;
  /** What is changed; null: something new. */
  deployment: Deployment | null;
  sizes: readonly InstanceType[] | null;
  size: InstanceType | undefined;
  /** Whether a person can see it. */
  active: boolean;
}

/** What the fields of a form see and do: what is typed takes back what was said against it. */
export function useFields(
  { draft, set: keep }: IDrafting,
  { phase, messages, forget }: ISending,
  { me, deployment, sizes, size, active }: IFormFacts
): IFormContext {
  const busy = phase !== 'typing';
  const owner = deployment?.group ?? draft.group;
  const state = useDeployments(useSession().store, active);
  const group = useMemo(() => {
    const found = me.groups.find(one => one.name === owner);
    return found && withUsageNow(found, state, deployment);
  }, [me, owner, state, deployment]);
  const set = useCallback(
    (changes: Partial<IDraft>) => {
      keep(changes);
      forget(...Object.keys(changes).map(apiField));
    },
    [keep, forget]
  );
  return useMemo<IFormContext>(
    () => ({
      me,
      draft,
      change: (field, value) => set({ [field]: value }),
      set,
      messages,
      deployment,
      group,
      sizes,
      size,
      busy
    }),
    [me, draft, set, messages, deployment, group, sizes, size, busy]
  );
}
