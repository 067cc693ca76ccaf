import type { TranslationBundle } from '@jupyterlab/translation';

import type { ProviderInfo } from '../api/contract';
import type { Obstacle } from '../model/permissions';

/** Why something is read-only, and where it can be changed; empty when it isn't. */
export function obstacleWords(
  obstacle: Obstacle,
  trans: TranslationBundle
): string {
  switch (obstacle?.kind) {
    case undefined:
      return '';
    case 'read-only':
      return trans.__(
        'You may look and not change anything here. Ask an administrator of this server if you need to.'
      );
    case 'administrators':
      return trans.__('Only administrators may change this.');
    case 'deleted':
      return trans.__(
        'This group was deleted and still owns deployments. It is gone once they are.'
      );
    case 'provider':
      return providerWords(obstacle.provider, trans);
  }
}

function providerWords(
  { name }: ProviderInfo,
  trans: TranslationBundle
): string {
  switch (name) {
    case 'file':
      return trans.__(
        'This comes from a file on the server, and is changed there: what is saved in it shows up here by itself.'
      );
    case 'jupyterhub':
      return trans.__(
        'This comes from JupyterHub and its configuration, and is changed there.'
      );
    case 'kubernetes':
      return trans.__(
        'This comes from the cluster, and is changed there: groups are namespaces.'
      );
    default:
      return trans.__(
        'This comes from the provider “%1”, and is changed there.',
        name
      );
  }
}
