import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';

import { onceShown } from '../form/toasts';
import { FEW, Gathering, namesShown } from '../model/gathering';
import { ITurn, TurnKind, Turns, isWanted } from '../model/turns';
import { IDeployments } from '../tokens';
import { DOMAIN } from '../ui/translation';
import { trouble } from '../ui/vocabulary';
import { headline } from './reports';

/** How long good news stay (ms). */
const GOOD_NEWS = 10_000;
/** What turns within this time, as with a node that is lost, is told together (ms). */
const TOGETHER = 1_000;

/** Tells what turned, where the user wants to know. */
export const notificationsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'primehub-deploy-ext:notifications',
  description: 'Tells when deployments fail, recover or are there.',
  autoStart: true,
  requires: [IDeployments],
  activate: (_app: JupyterFrontEnd, session: IDeployments): void => {
    const { store, preferences, me } = session;
    const turns = new Turns();
    const walls = new Map<TurnKind, IWall>();
    const news = new Gathering<ITurn>(TOGETHER, gathered => {
      // The list may have known before the server answered to whoever changed it.
      const found = gathered.filter(turn => !session.follows(turn.deployment));
      for (const kind of ['failed', 'recovered', 'deployed'] as const) {
        const alike = found.filter(turn => turn.kind === kind);
        const wall = walls.get(kind);
        const standing = wall && Notification.manager.has(wall.toast);
        if (alike.length > FEW || (standing && alike.length > 0)) {
          walls.set(kind, raise(kind, alike, standing ? wall : null, session));
        } else {
          alike.forEach(turn => tell(turn, session));
        }
      }
    });
    let seen = store.getState().deployments;
    store.observe(() => {
      const { connection, deployments } = store.getState();
      if (connection !== 'live' || deployments === seen) {
        return;
      }
      seen = deployments;
      for (const turn of turns.accept(deployments)) {
        const likes = preferences.getState();
        if (
          isWanted(turn, likes, me.getState().value?.user) &&
          // Whoever deploys with the form is told by it already.
          !session.follows(turn.deployment)
        ) {
          news.add(turn);
        }
      }
    });
  }
};

/** The one notification of many. */
interface IWall {
  readonly toast: string;
  /** By id. */
  readonly names: ReadonlyMap<string, string>;
}

/** Tell of many in one notification, which those that follow while it stands are added to. */
function raise(
  kind: TurnKind,
  turns: readonly ITurn[],
  wall: IWall | null,
  session: IDeployments
): IWall {
  const trans = session.translator.load(DOMAIN);
  const names = new Map([
    ...(wall?.names ?? []),
    ...turns.map(({ deployment }) => [deployment.id, deployment.name] as const)
  ]);
  const { shown, more } = namesShown([...names.values()]);
  const who =
    more > 0
      ? trans._n('%2 and %1 more', '%2 and %1 more', more, shown)
      : shown;
  const message =
    kind === 'failed'
      ? trans.__('%1 deployments failed: %2', names.size, who)
      : kind === 'recovered'
        ? trans.__('%1 deployments serve again: %2', names.size, who)
        : trans.__('%1 are deployed: %2', names.size, who);
  const actions = [
    {
      label: trans.__('Show'),
      caption: trans.__('Show them in the list'),
      callback: () =>
        session.openPanel({
          view: 'deployments',
          filter: kind === 'failed' ? 'broken' : ''
        })
    }
  ];
  const type = kind === 'failed' ? 'error' : 'success';
  const options: {
    autoClose: number | false;
    actions: Notification.IAction[];
  } = { autoClose: kind === 'failed' ? false : GOOD_NEWS, actions };
  if (wall) {
    const { toast } = wall;
    onceShown(toast, () =>
      Notification.update({ id: toast, type, message, ...options })
    );
    return { toast, names };
  }
  return { toast: Notification.emit(message, type, options), names };
}

function tell({ kind, deployment }: ITurn, session: IDeployments): void {
  const trans = session.translator.load(DOMAIN);
  const { id, name } = deployment;
  const open = {
    label: trans.__('Open'),
    caption: trans.__('Open the deployment %1', name),
    callback: () => session.openTab({ view: 'deployment', id })
  };
  switch (kind) {
    case 'failed': {
      const found = trouble(deployment, trans);
      const why = [found?.reason, found?.message].filter(Boolean).join(': ');
      Notification.error(headline(trans.__('%1: %2', name, why)), {
        autoClose: false,
        actions: [
          open,
          {
            label: trans.__('Logs'),
            caption: trans.__('Show what it printed'),
            callback: () =>
              session.openTab({ view: 'deployment', id, tab: 'logs' })
          }
        ]
      });
      break;
    }
    case 'recovered':
      Notification.success(trans.__('%1 serves again', name), {
        autoClose: GOOD_NEWS,
        actions: [open]
      });
      break;
    case 'deployed':
      Notification.success(trans.__('%1 is deployed', name), {
        autoClose: GOOD_NEWS,
        actions: [open]
      });
      break;
  }
}
