import type { Deployment } from '../api/contract';
import type { IPreferences } from './preferences';

/** What people want to be told of a deployment. */
export type TurnKind = 'failed' | 'recovered' | 'deployed';

export interface ITurn {
  readonly kind: TurnKind;
  readonly deployment: Deployment;
}

/** Where a deployment came to rest; null while it is on its way. */
type Rest = 'well' | 'broken' | 'stopped' | null;

/** Tells from lists that follow each other what turned: to the worse, to the better, or from its start to serving. */
export class Turns {
  /** What turned since the list before; the first list only says where everything is. */
  accept(deployments: readonly Deployment[]): ITurn[] {
    const first = this.rests === null;
    const before = this.rests ?? new Map<string, IKnown>();
    const after = new Map<string, IKnown>();
    const turns: ITurn[] = [];
    for (const deployment of deployments) {
      const known = before.get(deployment.id);
      const rest = restOf(deployment);
      after.set(deployment.id, {
        rest: rest ?? known?.rest ?? null,
        moving: rest === null,
        revision: deployment.revision
      });
      if (!first) {
        const kind = turnOf(known, rest, deployment);
        if (kind) {
          turns.push({ kind, deployment });
        }
      }
    }
    this.rests = after;
    return turns;
  }

  private rests: Map<string, IKnown> | null = null;
}

interface IKnown {
  /** Where it came to rest last. */
  readonly rest: Rest;
  /** Whether it was on its way when it was seen last. */
  readonly moving: boolean;
  readonly revision: number;
}

function turnOf(
  known: IKnown | undefined,
  rest: Rest,
  { revision }: Deployment
): TurnKind | null {
  switch (rest) {
    case 'broken':
      // A further update that fails as well is news too.
      return known?.rest !== 'broken' || known.revision !== revision
        ? 'failed'
        : null;
    case 'well':
      return known?.rest === 'broken'
        ? 'recovered'
        : !known || known.moving || known.rest !== 'well'
          ? 'deployed'
          : null;
    default:
      return null;
  }
}

function restOf({ status }: Deployment): Rest {
  switch (status.phase) {
    case 'Failed':
      return 'broken';
    case 'Stopped':
      return 'stopped';
    case 'Deployed':
      if (status.update?.outcome === 'failed') {
        return 'broken';
      }
      // Something is replaced while another serves: it is on its way.
      return status.reason === 'Ready' || status.reason === 'Degraded'
        ? 'well'
        : null;
    case 'Deploying':
      return null;
  }
}

const SWITCHES: Readonly<Record<TurnKind, keyof IPreferences>> = {
  failed: 'notifyFailed',
  recovered: 'notifyRecovered',
  deployed: 'notifyDeployed'
};

/** Whether the user wants to be told. */
export const isWanted = (
  { kind, deployment }: ITurn,
  likes: IPreferences,
  user: string | undefined
): boolean =>
  likes[SWITCHES[kind]] === true && isOfInterest(deployment, likes, user);

/** Whether the user is told of a deployment: of others' only where they say so. */
export const isOfInterest = (
  { created_by, updated_by }: Deployment,
  likes: IPreferences,
  user: string | undefined
): boolean =>
  likes.notifyOthers ||
  user === undefined ||
  created_by === user ||
  updated_by === user;
