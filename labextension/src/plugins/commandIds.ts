import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSONObject } from '@lumino/coreutils';

import { DETAIL_TABS, PLACE_VIEWS } from '../model/place';

/** The commands that people, menus and other extensions use. */
export const CommandIDs = {
  open: 'primehub-deploy:open',
  openPlace: 'primehub-deploy:open-place',
  administration: 'primehub-deploy:open-administration',
  create: 'primehub-deploy:create',
  update: 'primehub-deploy:update',
  clone: 'primehub-deploy:clone',
  details: 'primehub-deploy:details',
  logs: 'primehub-deploy:logs',
  history: 'primehub-deploy:history',
  stop: 'primehub-deploy:stop',
  start: 'primehub-deploy:start',
  restart: 'primehub-deploy:restart',
  scale: 'primehub-deploy:scale',
  rollback: 'primehub-deploy:rollback',
  delete: 'primehub-deploy:delete',
  copyEndpoint: 'primehub-deploy:copy-endpoint',
  copyCurl: 'primehub-deploy:copy-curl',
  copyLink: 'primehub-deploy:copy-link',
  refresh: 'primehub-deploy:refresh',
  deployFromNotebook: 'primehub-deploy:deploy-from-notebook',
  deployFile: 'primehub-deploy:deploy-file'
} as const;

/** The arguments that name a place. */
export function placeArguments(trans: TranslationBundle): JSONObject {
  return {
    view: { type: 'string', enum: [...PLACE_VIEWS] },
    id: { type: 'string', description: trans.__('ID of a deployment') },
    tab: {
      type: 'string',
      enum: [...DETAIL_TABS],
      description: trans.__('Part of a deployment’s details')
    },
    line: {
      type: 'string',
      description: trans.__('Line that the log opens at, as a link names it')
    },
    filter: {
      type: 'string',
      description: trans.__('Which deployments the list shows')
    },
    draft: {
      type: 'string',
      description: trans.__('What a form begins with')
    }
  };
}
