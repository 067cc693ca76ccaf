import { useCallback, useEffect, useRef, useState } from 'react';

import type { Drafts, IDraft, IKeptDraft } from '../model/drafts';
import { same } from './body';

export type Change = <Field extends keyof IDraft>(
  field: Field,
  value: IDraft[Field]
) => void;

export interface IDrafting {
  readonly draft: IDraft;
  readonly change: Change;
  /** Several at once. */
  readonly set: (changes: Partial<IDraft>) => void;
  /** Something was typed that isn't sent. */
  readonly dirty: boolean;
  /** What was typed was there before the form was opened. */
  readonly restored: IKeptDraft | null;
  /** Begin anew. */
  readonly discard: (begin?: IDraft) => void;
  /** It was sent: nothing is left to keep. */
  readonly done: () => void;
}

/**
 * What is typed into a form: kept under a key at every change, so that closing it loses nothing.
 *
 * @param kept - What was kept under this key when the form was opened.
 * @param begin - What an untouched form holds.
 * @param base - Of a change: the revision that `begin` was.
 */
export function useDraft(
  drafts: Drafts,
  key: string,
  kept: IKeptDraft | null,
  begin: IDraft,
  base?: IKeptDraft['base']
): IDrafting {
  const [draft, setDraft] = useState(kept?.draft ?? begin);
  const [restored, setRestored] = useState(kept);
  const touched = useRef(false);
  const baseline = useRef(base);
  baseline.current = base;

  useEffect(() => {
    // What was sent, and what nobody touched, isn't kept.
    if (touched.current) {
      drafts.keep(key, draft, baseline.current);
    }
  }, [drafts, key, draft]);

  const set = useCallback((changes: Partial<IDraft>) => {
    touched.current = true;
    setDraft(now => ({ ...now, ...changes }));
  }, []);
  const change = useCallback<Change>(
    (field, value) => set({ [field]: value }),
    [set]
  );
  const done = useCallback(() => {
    touched.current = false;
    drafts.discard(key);
  }, [drafts, key]);
  const discard = useCallback(
    (next?: IDraft) => {
      done();
      setRestored(null);
      setDraft(next ?? begin);
    },
    [done, begin]
  );
  return {
    draft,
    change,
    set,
    dirty: !same(draft, begin),
    restored,
    discard,
    done
  };
}

/** What is kept under a key; undefined while that is being looked up. */
export function useKeptDraft(
  drafts: Drafts,
  key: string
): IKeptDraft | null | undefined {
  const [kept, setKept] = useState<IKeptDraft | null | undefined>(
    () => drafts.peek(key) ?? undefined
  );
  useEffect(() => {
    let wanted = true;
    void drafts.find(key).then(found => {
      if (wanted) {
        setKept(found);
      }
    });
    return () => {
      wanted = false;
    };
  }, [drafts, key]);
  return kept;
}
