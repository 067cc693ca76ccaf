import type { TranslationBundle } from '@jupyterlab/translation';

export type BulkAction = 'stop' | 'start' | 'restart' | 'delete';

/** What the button says. */
export function actionWord(
  action: BulkAction,
  trans: TranslationBundle
): string {
  switch (action) {
    case 'stop':
      return trans.__('Stop');
    case 'start':
      return trans.__('Start');
    case 'restart':
      return trans.__('Restart');
    case 'delete':
      return trans.__('Delete');
  }
}

export function questionWords(
  action: BulkAction,
  count: number,
  trans: TranslationBundle
): string {
  switch (action) {
    case 'stop':
      return trans._n('Stop %1 deployment?', 'Stop %1 deployments?', count);
    case 'start':
      return trans._n('Start %1 deployment?', 'Start %1 deployments?', count);
    case 'restart':
      return trans._n(
        'Restart %1 deployment?',
        'Restart %1 deployments?',
        count
      );
    case 'delete':
      return trans._n(
        'Delete %1 deployment for good?',
        'Delete %1 deployments for good?',
        count
      );
  }
}

/** What comes of it. */
export function consequence(
  action: BulkAction,
  trans: TranslationBundle
): string {
  switch (action) {
    case 'stop':
      return trans.__(
        'Callers get an error that says so until they are started again.'
      );
    case 'start':
      return trans.__(
        'They run as they were before, and count against the quotas of their groups.'
      );
    case 'restart':
      return trans.__(
        'Every replica is replaced by a fresh one. The old ones answer until the new ones are ready.'
      );
    case 'delete':
      return trans.__(
        'Their endpoints, histories and clients are lost. This can’t be undone.'
      );
  }
}

export function doneWords(
  action: BulkAction,
  count: number,
  trans: TranslationBundle
): string {
  switch (action) {
    case 'stop':
      return trans._n('%1 deployment stopped', '%1 deployments stopped', count);
    case 'start':
      return trans._n('%1 deployment started', '%1 deployments started', count);
    case 'restart':
      return trans._n(
        '%1 deployment restarted',
        '%1 deployments restarted',
        count
      );
    case 'delete':
      return trans._n('%1 deployment deleted', '%1 deployments deleted', count);
  }
}

export function failedWords(
  action: BulkAction,
  count: number,
  total: number,
  trans: TranslationBundle
): string {
  switch (action) {
    case 'stop':
      return trans.__('%1 of %2 could not be stopped', count, total);
    case 'start':
      return trans.__('%1 of %2 could not be started', count, total);
    case 'restart':
      return trans.__('%1 of %2 could not be restarted', count, total);
    case 'delete':
      return trans.__('%1 of %2 could not be deleted', count, total);
  }
}
