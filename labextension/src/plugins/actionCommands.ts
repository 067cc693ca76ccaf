import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import {
  LabIcon,
  copyIcon,
  deleteIcon,
  editIcon,
  fileIcon,
  historyIcon,
  infoIcon,
  linkIcon,
  refreshIcon,
  runIcon,
  stopIcon
} from '@jupyterlab/ui-components';
import type { JSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { Deployment } from '../api/contract';
import { IDeployments } from '../tokens';
import { DOMAIN } from '../ui/translation';
import { CommandIDs } from './commandIds';
import { stageOf } from './stage';
import { Target } from './target';

/** What a command does to one deployment. */
interface IAction {
  readonly command: string;
  /** In a menu of the deployment itself. */
  readonly label: string;
  /** Where it has to be asked which; left out: not in the palette. */
  readonly question?: string;
  readonly icon?: LabIcon;
  /** Whether it changes something: not offered to those who may only look. */
  readonly changes?: boolean;
  readonly may?: (deployment: Deployment) => boolean;
  readonly more?: JSONObject;
  readonly run: (
    deployment: Deployment,
    args: ReadonlyPartialJSONObject
  ) => unknown;
}

const runs = ({ spec }: Deployment): boolean => !spec.stopped;
const rests = ({ spec }: Deployment): boolean => spec.stopped === true;

export const actionCommandsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'primehub-deploy-ext:actions',
  description: 'Commands for all that can be done to a deployment.',
  autoStart: true,
  requires: [IDeployments],
  optional: [ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    session: IDeployments,
    palette: ICommandPalette | null
  ): void => {
    const { me, translator, client, report } = session;
    const trans = translator.load(DOMAIN);
    const target = new Target(app, session);
    const stage = stageOf(session);

    /** Ask and do it; without a question where the caller says so. */
    const act =
      (action: 'stop' | 'start' | 'restart') =>
      async (deployment: Deployment, args: ReadonlyPartialJSONObject) =>
        args['ask'] === false
          ? client[action](deployment.id)
          : (await stage()).controls.run(action, deployment);
    const withQuestion: JSONObject = {
      ask: {
        type: 'boolean',
        default: true,
        description: trans.__('Whether the user is asked before')
      }
    };

    const actions: IAction[] = [
      {
        command: CommandIDs.details,
        label: trans.__('Open in a Tab'),
        question: trans.__('Open Model Deployment…'),
        icon: infoIcon,
        run: ({ id }) => session.openTab({ view: 'deployment', id })
      },
      {
        command: CommandIDs.logs,
        label: trans.__('Show Logs'),
        question: trans.__('Show Logs of a Model Deployment…'),
        icon: fileIcon,
        run: ({ id }) =>
          session.openTab({ view: 'deployment', id, tab: 'logs' })
      },
      {
        command: CommandIDs.history,
        label: trans.__('Show History'),
        question: trans.__('Show History of a Model Deployment…'),
        icon: historyIcon,
        run: ({ id }) =>
          session.openTab({ view: 'deployment', id, tab: 'history' })
      },
      {
        command: CommandIDs.update,
        label: trans.__('Update…'),
        question: trans.__('Update Model Deployment…'),
        icon: editIcon,
        changes: true,
        run: ({ id }) => session.openTab({ view: 'update', id })
      },
      {
        command: CommandIDs.start,
        label: trans.__('Start'),
        question: trans.__('Start Model Deployment…'),
        icon: runIcon,
        changes: true,
        may: rests,
        more: withQuestion,
        run: act('start')
      },
      {
        command: CommandIDs.stop,
        label: trans.__('Stop'),
        question: trans.__('Stop Model Deployment…'),
        icon: stopIcon,
        changes: true,
        may: runs,
        more: withQuestion,
        run: act('stop')
      },
      {
        command: CommandIDs.restart,
        label: trans.__('Restart'),
        question: trans.__('Restart Model Deployment…'),
        icon: refreshIcon,
        changes: true,
        may: runs,
        more: withQuestion,
        run: act('restart')
      },
      {
        command: CommandIDs.scale,
        label: trans.__('Scale…'),
        question: trans.__('Scale Model Deployment…'),
        changes: true,
        more: {
          replicas: {
            type: 'integer',
            minimum: 1,
            description: trans.__('How many; left out: the user is asked')
          }
        },
        run: async (deployment, { replicas }) =>
          typeof replicas === 'number'
            ? client.scale(deployment.id, replicas)
            : (await stage()).controls.run('scale', deployment)
      },
      {
        command: CommandIDs.rollback,
        label: trans.__('Roll Back…'),
        question: trans.__('Roll Back Model Deployment…'),
        changes: true,
        more: {
          revision: {
            type: 'integer',
            minimum: 1,
            description: trans.__(
              'Number of the revision to return to; left out: the history is shown'
            )
          }
        },
        run: ({ id }, { revision }) =>
          typeof revision === 'number'
            ? client.rollback(id, revision)
            : session.openTab({ view: 'deployment', id, tab: 'history' })
      },
      {
        command: CommandIDs.clone,
        label: trans.__('Clone…'),
        question: trans.__('Clone Model Deployment…'),
        icon: copyIcon,
        changes: true,
        run: async deployment => (await stage()).controls.clone(deployment)
      },
      {
        command: CommandIDs.copyEndpoint,
        label: trans.__('Copy Endpoint'),
        question: trans.__('Copy Endpoint of a Model Deployment…'),
        icon: copyIcon,
        run: async deployment => {
          (await stage()).controls.copyEndpoint(deployment);
          return deployment.endpoint;
        }
      },
      {
        command: CommandIDs.copyCurl,
        label: trans.__('Copy curl Command'),
        question: trans.__('Copy curl Command of a Model Deployment…'),
        icon: copyIcon,
        run: async deployment => (await stage()).controls.copyCurl(deployment)
      },
      {
        command: CommandIDs.copyLink,
        label: trans.__('Copy Link'),
        icon: linkIcon,
        run: ({ id }) => {
          const link = session.linkTo({ view: 'deployment', id });
          session.copy(link);
          session.tell(trans.__('Link copied'));
          return link;
        }
      },
      {
        command: CommandIDs.delete,
        label: trans.__('Delete…'),
        question: trans.__('Delete Model Deployment…'),
        icon: deleteIcon,
        changes: true,
        run: async deployment =>
          (await stage()).controls.run('delete', deployment)
      }
    ];

    for (const action of actions) {
      const { command, label, question, icon, changes, may, more, run } =
        action;
      app.commands.addCommand(command, {
        label: args =>
          question && target.idOf(args) === undefined ? question : label,
        icon,
        describedBy: {
          args: {
            type: 'object',
            properties: {
              id: {
                type: 'string',
                description: trans.__(
                  'ID of the deployment; left out: the user is asked'
                )
              },
              row: {
                type: 'boolean',
                description: trans.__(
                  'Whether the row under the context menu is meant'
                )
              },
              ...more
            }
          }
        },
        isEnabled: () => !changes || me.getState().value?.can_write !== false,
        isVisible: args => {
          const known = target.known(args);
          return !known || !may || may(known);
        },
        execute: async args => {
          const deployment = await target.find(args, question ?? label, may);
          if (deployment === null) {
            return false;
          }
          try {
            return (await run(deployment, args)) ?? true;
          } catch (problem) {
            report(problem);
            return false;
          }
        }
      });
      if (question) {
        palette?.addItem({
          command,
          category: trans.__('Model Deployment')
        });
      }
    }
  }
};
