import type { TranslationBundle } from '@jupyterlab/translation';

import type { Column, SortKey } from '../model/columns';

/** What people read for a column. */
export function columnTitle(
  column: Column | SortKey,
  trans: TranslationBundle
): string {
  switch (column) {
    case 'title':
      return trans.__('Title');
    case 'group':
      return trans.__('Group');
    case 'status':
      return trans.__('Status');
    case 'replicas':
      return trans.__('Replicas');
    case 'traffic':
      return trans.__('Traffic');
    case 'endpoint':
      return trans.__('Endpoint');
    case 'metadata':
      return trans.__('Metadata');
    case 'updated':
      return trans.__('Last updated');
    case 'id':
      return trans.__('ID');
    case 'revision':
      return trans.__('Revision');
    case 'instance_type':
      return trans.__('Instance type');
    case 'access':
      return trans.__('Access');
    case 'created':
      return trans.__('Created');
    case 'created_by':
      return trans.__('Created by');
  }
}
