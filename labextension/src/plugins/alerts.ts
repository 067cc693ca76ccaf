import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';

import type { Deployment } from '../api/contract';
import { alertName } from '../metrics/alertWords';
import { AlertTurns, IAlertTurn } from '../model/alertTurns';
import { isOfInterest } from '../model/turns';
import { IDeployments } from '../tokens';
import { DOMAIN } from '../ui/translation';
import { headline } from './reports';

/** How long it is said that an alert ended (ms). */
const GOOD_NEWS = 10_000;

/**
 * Tells of alerts that begin and end, where the user wants to know. It looks at the summary that the views look at, and
 * is the only one that does where no view is open: for those who have deployments, while their stream is followed.
 */
export const alertsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'primehub-deploy-ext:alerts',
  description: 'Tells when alerts of deployments begin and end.',
  autoStart: true,
  requires: [IDeployments],
  activate: (_app: JupyterFrontEnd, session: IDeployments): void => {
    const { store, preferences, summary, me } = session;
    let turns = new AlertTurns();
    let seen = summary.getState().value;
    let end: (() => void) | null = null;
    const look = () => {
      const { value } = summary.getState();
      if (value === null || value === seen) {
        return;
      }
      seen = value;
      for (const turn of turns.accept(value)) {
        const deployment = store
          .getState()
          .deployments.find(({ id }) => id === turn.id);
        const likes = preferences.getState();
        if (
          deployment &&
          isOfInterest(deployment, likes, me.getState().value?.user)
        ) {
          void tell(turn, deployment, session);
        }
      }
    };
    const reconsider = () => {
      const { connection, deployments } = store.getState();
      const wanted =
        preferences.getState().notifyAlerts &&
        connection === 'live' &&
        deployments.length > 0;
      if (wanted && end === null) {
        // What began while nobody looked is no news.
        turns = new AlertTurns();
        seen = null;
        end = summary.subscribe(look);
        look();
      } else if (!wanted && end !== null) {
        end();
        end = null;
      }
    };
    store.observe(reconsider);
    preferences.subscribe(reconsider);
  }
};

async function tell(
  { id, kind, firing }: IAlertTurn,
  { name }: Deployment,
  session: IDeployments
): Promise<void> {
  const trans = session.translator.load(DOMAIN);
  const title = alertName(kind, trans);
  const actions = [
    {
      label: trans.__('Metrics'),
      caption: trans.__('Open the metrics of %1', name),
      callback: () =>
        session.openTab({ view: 'deployment', id, tab: 'metrics' })
    }
  ];
  if (!firing) {
    Notification.success(trans.__('%1: the alert “%2” ended', name, title), {
      autoClose: GOOD_NEWS,
      actions
    });
    return;
  }
  const why = await session.client.alerts(id).then(
    ({ states }) => states.find(state => state.kind === kind)?.message ?? '',
    () => ''
  );
  Notification.warning(
    headline(
      why
        ? trans.__('%1: alert “%2”: %3', name, title, why)
        : trans.__('%1: alert “%2”', name, title)
    ),
    { autoClose: false, actions }
  );
}
