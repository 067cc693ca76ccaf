import { useCallback } from 'react';

import type { InstanceType } from '../api/contract';
import { useSession } from '../ui/session';
import { useAsked } from './useAsked';

/** The sizes that a group may use; null before they are known. */
export function useSizes(group: string): readonly InstanceType[] | null {
  const { models } = useSession();
  const ask = useCallback(
    (signal: AbortSignal) => models.instanceTypes(group, signal),
    [models, group]
  );
  return useAsked(group === '' ? null : ask).value;
}
