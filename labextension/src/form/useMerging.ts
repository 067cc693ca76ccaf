import { useCallback, useEffect, useMemo, useState } from 'react';

import { Choice, IDifference, differences, merged } from '../admin/merge';
import type { Deployment } from '../api/contract';
import { IDraft, changeDraftOf } from '../model/drafts';
import { flattened, sameFlat, unflattened } from './merging';

/** A revision, as a form holds it. */
export interface IBase {
  readonly revision: number;
  readonly draft: IDraft;
}

export const baseOf = (deployment: Deployment): IBase => ({
  revision: deployment.revision,
  draft: changeDraftOf(deployment)
});

export interface IMerging {
  /** What the form began with. */
  readonly base: IBase;
  /** What the change is tied to, and compared with. */
  readonly against: IBase;
  /** What somebody else changed meanwhile; null when nobody did. */
  readonly conflict: readonly IDifference[] | null;
  readonly choices: Readonly<Record<string, Choice>>;
  readonly choose: (field: string, choice: Choice) => void;
  /** My draft on top of theirs, as chosen. */
  readonly final: IDraft;
  /** This is what is there now. */
  readonly meet: (found: Deployment) => void;
}

/**
 * What I typed and what others saved meanwhile, side by side.
 *
 * @param now - The deployment as it is shown now: others' changes are met as they happen.
 */
export function useMerging(
  begin: IBase,
  draft: IDraft,
  now: Deployment
): IMerging {
  const [base, setBase] = useState(begin);
  const [theirs, setTheirs] = useState<IBase | null>(null);
  const [choices, setChoices] = useState<Readonly<Record<string, Choice>>>({});

  const meet = useCallback(
    (found: Deployment) => {
      const seen = theirs ?? base;
      if (found.revision <= seen.revision) {
        return;
      }
      const next = baseOf(found);
      const [before, after] = flattened([seen.draft, next.draft]);
      const equal = Object.keys(after!).every(field =>
        sameFlat(field, before![field]!, after![field]!)
      );
      if (equal && theirs === null) {
        // It was only stopped, restarted or the like: the change goes on top of that.
        setBase({ ...base, revision: next.revision });
      } else {
        setTheirs(next);
        setChoices(equal ? choices : {});
      }
    },
    [base, theirs, choices]
  );
  useEffect(() => meet(now), [meet, now]);

  const conflict = useMemo(() => {
    if (theirs === null) {
      return null;
    }
    const [before, other, mine] = flattened([base.draft, theirs.draft, draft]);
    return differences(before!, other!, mine!, sameFlat);
  }, [base, theirs, draft]);
  const final = useMemo(() => {
    if (conflict === null || theirs === null) {
      return draft;
    }
    const [before, , mine] = flattened([base.draft, theirs.draft, draft]);
    return unflattened(draft, merged(before!, conflict, mine!, choices));
  }, [base, theirs, conflict, draft, choices]);
  const choose = useCallback(
    (field: string, choice: Choice) =>
      setChoices(made => ({ ...made, [field]: choice })),
    []
  );
  return {
    base,
    against: theirs ?? base,
    conflict,
    choices,
    choose,
    final,
    meet
  };
}
