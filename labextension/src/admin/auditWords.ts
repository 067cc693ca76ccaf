import type { TranslationBundle } from '@jupyterlab/translation';

import type { AuditEntry, AuditOutcome } from '../api/contract';

/** What somebody does, and did: `%1` is what it is done to. */
type Words = readonly [todo: string, done: string];

/** What the operations of the API that change something are called by people, in the order of a menu. */
function vocabulary(
  target: string,
  trans: TranslationBundle
): Readonly<Record<string, Words>> {
  const say = (todo: string, done: string): Words => [todo, done];
  return {
    createDeployment: say(
      trans.__('deploy %1', target),
      trans.__('deployed %1', target)
    ),
    updateDeployment: say(
      trans.__('update deployment %1', target),
      trans.__('updated deployment %1', target)
    ),
    stopDeployment: say(
      trans.__('stop deployment %1', target),
      trans.__('stopped deployment %1', target)
    ),
    startDeployment: say(
      trans.__('start deployment %1', target),
      trans.__('started deployment %1', target)
    ),
    restartDeployment: say(
      trans.__('restart deployment %1', target),
      trans.__('restarted deployment %1', target)
    ),
    scaleDeployment: say(
      trans.__('scale deployment %1', target),
      trans.__('scaled deployment %1', target)
    ),
    rollbackDeployment: say(
      trans.__('roll back deployment %1', target),
      trans.__('rolled back deployment %1', target)
    ),
    deleteDeployment: say(
      trans.__('delete deployment %1', target),
      trans.__('deleted deployment %1', target)
    ),
    addClient: say(
      trans.__('add a client to %1', target),
      trans.__('added a client to %1', target)
    ),
    removeClient: say(
      trans.__('revoke a client of %1', target),
      trans.__('revoked a client of %1', target)
    ),
    createGroup: say(
      trans.__('create group %1', target),
      trans.__('created group %1', target)
    ),
    updateGroup: say(
      trans.__('change group %1', target),
      trans.__('changed group %1', target)
    ),
    deleteGroup: say(
      trans.__('delete group %1', target),
      trans.__('deleted group %1', target)
    ),
    createInstanceType: say(
      trans.__('create instance type %1', target),
      trans.__('created instance type %1', target)
    ),
    updateInstanceType: say(
      trans.__('change instance type %1', target),
      trans.__('changed instance type %1', target)
    ),
    deleteInstanceType: say(
      trans.__('delete instance type %1', target),
      trans.__('deleted instance type %1', target)
    ),
    createPullSecret: say(
      trans.__('create pull secret %1', target),
      trans.__('created pull secret %1', target)
    ),
    updatePullSecret: say(
      trans.__('change pull secret %1', target),
      trans.__('changed pull secret %1', target)
    ),
    deletePullSecret: say(
      trans.__('delete pull secret %1', target),
      trans.__('deleted pull secret %1', target)
    )
  };
}

/** The actions that the log can be narrowed to, with what they are called. */
export function actions(
  trans: TranslationBundle
): readonly [action: string, title: string][] {
  return Object.entries(vocabulary('…', trans)).map(([action, [todo]]) => [
    action,
    todo
  ]);
}

/** What somebody did, or tried: `stopped deployment iris`. */
export function sentence(
  { action, target, outcome }: AuditEntry,
  trans: TranslationBundle
): string {
  // Reading, and what a newer server knows, go by the name that programs use: `listDeployments`.
  const plain = `${action.replace(/[A-Z]/g, ' $&').toLowerCase()} ${target}`;
  const [todo, done] = vocabulary(target, trans)[action] ?? [plain, plain];
  return (outcome === 'allowed' ? done : trans.__('tried to %1', todo)).trim();
}

export function outcomeWord(
  outcome: AuditOutcome,
  trans: TranslationBundle
): string {
  switch (outcome) {
    case 'allowed':
      return trans.__('allowed');
    case 'refused':
      return trans.__('refused');
    case 'failed':
      return trans.__('failed');
  }
}
