import type { Deployment, Phase } from '../api/contract';

export const PHASES: readonly Phase[] = [
  'Deployed',
  'Deploying',
  'Failed',
  'Stopped'
];

/** Which deployments to show. */
export interface IFilter {
  /** Words that must all occur in name, id, group, endpoint, or who made it or changed it last. */
  search: string;
  /** Empty: all. */
  phases: ReadonlySet<Phase>;
}

export const NO_FILTER: IFilter = { search: '', phases: new Set() };

export interface ISelection {
  items: readonly Deployment[];
  /** How many match the search, by phase: what each chip would show. */
  counts: Readonly<Record<Phase, number>>;
}

export function select(
  deployments: readonly Deployment[],
  { search, phases }: IFilter
): ISelection {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found =
    words.length === 0
      ? deployments
      : deployments.filter(item => {
          const text =
            `${item.name}\n${item.id}\n${item.group}\n${item.endpoint}\n${item.created_by}\n${item.updated_by}`.toLowerCase();
          return words.every(word => text.includes(word));
        });
  const counts = { Deployed: 0, Deploying: 0, Failed: 0, Stopped: 0 };
  for (const item of found) {
    counts[item.status.phase] += 1;
  }
  return {
    items:
      phases.size === 0
        ? found
        : found.filter(item => phases.has(item.status.phase)),
    counts
  };
}

export function isFiltered({ search, phases }: IFilter): boolean {
  return search.trim() !== '' || phases.size > 0;
}
