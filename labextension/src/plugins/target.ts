import type { JupyterFrontEnd } from '@jupyterlab/application';
import { InputDialog } from '@jupyterlab/apputils';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { Deployment } from '../api/contract';
import type { IDeployments } from '../tokens';
import { DOMAIN } from '../ui/translation';
import { phaseWord } from '../ui/vocabulary';

/** Which deployment a command is about. */
export class Target {
  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly session: IDeployments
  ) {}

  /** The id that the arguments name, or the row under the context menu: only where they say that it is meant. */
  idOf(args: ReadonlyPartialJSONObject): string | undefined {
    const { id, row } = args;
    if (typeof id === 'string' && id !== '') {
      return id;
    }
    return row === true
      ? this.app.contextMenuHitTest(
          node => node.dataset['deployment'] !== undefined
        )?.dataset['deployment']
      : undefined;
  }

  /** The deployment as far as this page knows it. */
  known(args: ReadonlyPartialJSONObject): Deployment | undefined {
    const id = this.idOf(args);
    return this.session.store
      .getState()
      .deployments.find(deployment => deployment.id === id);
  }

  /**
   * The deployment, from the server where this page doesn't know it; the user is asked which where nothing says.
   *
   * @param may - Which ones come into question.
   * @returns Null when the user doesn't say.
   */
  async find(
    args: ReadonlyPartialJSONObject,
    what: string,
    may: (deployment: Deployment) => boolean = () => true
  ): Promise<Deployment | null> {
    const id = this.idOf(args);
    if (id === undefined) {
      return this.choose(what, may);
    }
    return this.known(args) ?? (await this.session.client.get(id));
  }

  private async choose(
    title: string,
    may: (deployment: Deployment) => boolean
  ): Promise<Deployment | null> {
    const { store, translator } = this.session;
    const trans = translator.load(DOMAIN);
    if (store.getState().connection !== 'live') {
      await store.refresh();
    }
    const { deployments, problem } = store.getState();
    const possible = deployments.filter(may);
    if (possible.length === 0) {
      throw new Error(
        problem || trans.__('There is no deployment that this can be done to.')
      );
    }
    const items = possible.map(
      ({ name, id, status }) =>
        `${name} (${id}) · ${phaseWord(status.phase, trans)}`
    );
    const { value } = await InputDialog.getItem({
      title,
      label: trans.__('Deployment'),
      items
    });
    return possible[items.indexOf(value ?? '')] ?? null;
  }
}
