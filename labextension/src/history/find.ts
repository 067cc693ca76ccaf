import type { TranslationBundle } from '@jupyterlab/translation';

import type { Revision } from '../api/contract';
import { actionWord, changeWords, revisionTitle } from './words';

/** Which revisions are shown. */
export interface IHistoryFilter {
  readonly text: string;
  readonly show: 'all' | 'failed' | 'model' | 'rollback';
}

export const ALL: IHistoryFilter = { text: '', show: 'all' };

/** The revisions that a filter leaves: every word has to be found in what is seen of them. */
export function found(
  revisions: readonly Revision[],
  { text, show }: IHistoryFilter,
  trans: TranslationBundle
): readonly Revision[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 && show === 'all') {
    return revisions;
  }
  return revisions.filter((revision, index) => {
    if (!shown(revision, show)) {
      return false;
    }
    const seen = [
      revisionTitle(revision, trans),
      revision.user,
      actionWord(revision, trans),
      ...changeWords(revision, revisions[index + 1], trans),
      revision.update_message,
      revision.message
    ]
      .join(' ')
      .toLowerCase();
    return words.every(word => seen.includes(word));
  });
}

function shown(revision: Revision, show: IHistoryFilter['show']): boolean {
  switch (show) {
    case 'all':
      return true;
    case 'failed':
      return revision.outcome === 'failed';
    case 'model':
      return (
        revision.action === 'create' ||
        (revision.changes?.includes('model') ?? false)
      );
    case 'rollback':
      return revision.action === 'rollback';
  }
}

/** The two that are compared, after another one was chosen or let go: a third replaces the first. */
export function withChoice(
  chosen: readonly number[],
  number: number
): readonly number[] {
  return chosen.includes(number)
    ? chosen.filter(one => one !== number)
    : [...chosen, number].slice(-2);
}

/** The revisions after one and up to another. */
export const between = (
  revisions: readonly Revision[],
  left: number,
  right: number
): Revision[] =>
  revisions.filter(({ number }) => number > left && number <= right);
