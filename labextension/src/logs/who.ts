import type { ILine, LogStore } from './store';

/** So many colours tell replicas apart. */
const HUES = 6;

/**
 * What tells a replica from the others of its deployment in as few letters as may be: of a pod's name
 * (`iris-6c9f7d-x3k9q`) the last part, of another (`3-0`) all.
 */
export function shortName(replica: string): string {
  return /-[a-z0-9]+-([a-z0-9]{5})$/.exec(replica)?.[1] ?? replica;
}

type Known = Pick<LogStore, 'replicas' | 'containers'>;

/** Who printed a line, as far as it isn't always the same. */
export function whoPrinted(
  { replica, container }: Pick<ILine, 'replica' | 'container'>,
  { replicas, containers }: Known
): string {
  const parts = [
    replicas.length > 1 || containers.length < 2 ? shortName(replica) : '',
    containers.length > 1 ? container : ''
  ];
  return parts.filter(Boolean).join('/');
}

/** How many letters the longest of them has; 0: it is always the same. */
export function whoLength({ replicas, containers }: Known): number {
  const longest = (names: readonly string[]) =>
    Math.max(0, ...names.map(name => name.length));
  const replica = replicas.length > 1 ? longest(replicas.map(shortName)) : 0;
  const container = containers.length > 1 ? longest(containers) : 0;
  return replica + container + (replica && container ? 1 : 0);
}

/** Which of the colours tells a replica from its neighbours: that of its place, else of the order they came in. */
export function hueOf(replica: string, met: number): number {
  const slot = /^\d+-(\d+)$/.exec(replica);
  return (slot ? Number(slot[1]) : met) % HUES;
}
