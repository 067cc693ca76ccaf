import type { Deployment, Phase } from '../api/contract';

export const PHASES: readonly Phase[] = [
  'Deployed',
  'Deploying',
  'Failed',
  'Stopped'
];

/** Which deployments to show. */
export interface IFilter {
  /** Words that must all occur in name, id, metadata, group, endpoint, or who made it or changed it last. */
  readonly search: string;
  /** Empty: all. */
  readonly phases: ReadonlySet<Phase>;
  /** Name of a group; left out or empty: all. */
  readonly group?: string;
  /** Only those that the caller made. */
  readonly mine?: boolean;
  /** Only those that something is wrong with. */
  readonly broken?: boolean;
}

export const NO_FILTER: IFilter = { search: '', phases: new Set() };

export interface ISelection {
  items: readonly Deployment[];
  /** How many match everything but the status, by phase: what each chip would show. */
  counts: Readonly<Record<Phase, number>>;
  /** How many of these something is wrong with. */
  broken: number;
}

/** Whether something is wrong: nothing serves, too little serves, or the newest revision doesn't. */
export function isBroken({ status }: Deployment): boolean {
  return (
    status.phase === 'Failed' ||
    status.reason === 'Degraded' ||
    status.update?.outcome === 'failed'
  );
}

/**
 * Those that match.
 *
 * @param user - Who the caller is: whose deployments `mine` are.
 * @param titleOf - What people call a group, which is what they read and look for.
 */
export function select(
  deployments: readonly Deployment[],
  { search, phases, group, mine, broken }: IFilter,
  user = '',
  titleOf: (group: string) => string = name => name
): ISelection {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found =
    words.length === 0 && !group && !mine
      ? deployments
      : deployments.filter(item => {
          if (
            (group && item.group !== group) ||
            (mine && item.created_by !== user)
          ) {
            return false;
          }
          const text =
            words.length > 0
              ? `${textOf(item)}\n${titleOf(item.group).toLowerCase()}`
              : '';
          return words.every(word => text.includes(word));
        });
  const counts = { Deployed: 0, Deploying: 0, Failed: 0, Stopped: 0 };
  let wrong = 0;
  for (const item of found) {
    counts[item.status.phase] += 1;
    wrong += isBroken(item) ? 1 : 0;
  }
  return {
    items:
      phases.size === 0 && !broken
        ? found
        : found.filter(
            item =>
              (phases.size === 0 || phases.has(item.status.phase)) &&
              (!broken || isBroken(item))
          ),
    counts,
    broken: wrong
  };
}

export function isFiltered(filter: IFilter): boolean {
  const { search, phases, group, mine, broken } = filter;
  return (
    search.trim() !== '' || phases.size > 0 || !!group || !!mine || !!broken
  );
}

/** What words are looked for in; an object of the store never changes, so it is written once. */
function textOf(item: Deployment): string {
  let text = texts.get(item);
  if (text === undefined) {
    const metadata = Object.entries(item.spec.metadata ?? {}).flat();
    text = [
      item.name,
      item.id,
      item.group,
      item.endpoint,
      item.created_by,
      item.updated_by,
      ...metadata
    ]
      .join('\n')
      .toLowerCase();
    texts.set(item, text);
  }
  return text;
}

const texts = new WeakMap<Deployment, string>();
