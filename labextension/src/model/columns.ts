import type { Deployment } from '../api/contract';
import { isBroken } from './selection';
import type { Traffic } from './traffic';

/** What a list can say of each deployment, besides its title. */
export const COLUMNS = [
  'status',
  'group',
  'replicas',
  'traffic',
  'endpoint',
  'metadata',
  'updated',
  'id',
  'revision',
  'instance_type',
  'access',
  'created',
  'created_by'
] as const;

export type Column = (typeof COLUMNS)[number];

/** What is shown as long as nobody chose. */
export const USUAL_COLUMNS: readonly Column[] = [
  'status',
  'group',
  'replicas',
  'traffic',
  'endpoint',
  'metadata',
  'updated'
];

/** Those of the names that are columns, in order; the usual ones where that leaves none. */
export function columnsOf(names: readonly string[]): readonly Column[] {
  const known = names.filter((name): name is Column =>
    COLUMNS.some(column => column === name)
  );
  return known.length > 0 ? known : USUAL_COLUMNS;
}

/** With one more or one less; each stands where it stands among all. */
export function toggled(
  shown: readonly Column[],
  column: Column
): readonly Column[] {
  return COLUMNS.filter(one => shown.includes(one) !== (one === column));
}

export type SortKey = 'title' | Exclude<Column, 'endpoint' | 'metadata'>;

export const SORT_KEYS: readonly SortKey[] = [
  'title',
  ...COLUMNS.filter(
    (one): one is Exclude<Column, 'endpoint' | 'metadata'> =>
      one !== 'endpoint' && one !== 'metadata'
  )
];

export interface ISort {
  readonly by: SortKey;
  readonly descending: boolean;
}

export const FIRST_SORT: ISort = { by: 'title', descending: false };

/** An order as it is remembered: `updated`, `-updated`. */
export const textOfSort = ({ by, descending }: ISort): string =>
  descending ? `-${by}` : by;

export function sortOfText(text: string): ISort {
  const descending = text.startsWith('-');
  const name = descending ? text.slice(1) : text;
  const by = SORT_KEYS.find(key => key === name);
  return by ? { by, descending } : FIRST_SORT;
}

/** Times the newest first, and what has most traffic. */
const LARGEST_FIRST: ReadonlySet<SortKey> = new Set([
  'updated',
  'created',
  'traffic'
]);

/** The order after a click on a column: the other way round, or by that column. */
export function sortedBy(sort: ISort, by: SortKey): ISort {
  return sort.by === by
    ? { by, descending: !sort.descending }
    : { by, descending: LARGEST_FIRST.has(by) };
}

/** In this order; those that are equal stay by name. */
export function ordered(
  items: readonly Deployment[],
  { by, descending }: ISort,
  traffic: Traffic | null = null
): readonly Deployment[] {
  const sign = descending ? -1 : 1;
  return items
    .map(item => ({ item, value: valueOf(item, by, traffic) }))
    .sort(
      (one, other) =>
        sign * compare(one.value, other.value) ||
        byText.compare(one.item.name, other.item.name) ||
        compare(one.item.id, other.item.id)
    )
    .map(({ item }) => item);
}

// Names with numbers in the order in which people count.
const byText = new Intl.Collator(undefined, {
  numeric: true,
  sensitivity: 'base'
});

function compare(one: string | number, other: string | number): number {
  return typeof one === 'number' && typeof other === 'number'
    ? one - other
    : byText.compare(String(one), String(other));
}

/** What is wrong comes first, then what is on its way. */
const URGENCY = { Failed: 0, Deploying: 2, Deployed: 3, Stopped: 4 };

function valueOf(
  item: Deployment,
  by: SortKey,
  traffic: Traffic | null
): string | number {
  switch (by) {
    case 'title':
      return item.name;
    case 'status':
      return item.status.phase !== 'Failed' && isBroken(item)
        ? 1
        : URGENCY[item.status.phase];
    case 'replicas':
      return item.status.replicas.ready;
    case 'traffic':
      // Not measured sorts below no traffic.
      return traffic?.get(item.id)?.qps ?? -1;
    case 'updated':
      return Date.parse(item.updated_at);
    case 'created':
      return Date.parse(item.created_at);
    case 'instance_type':
      return item.spec.instance_type;
    case 'access':
      return item.spec.access;
    default:
      return item[by];
  }
}
