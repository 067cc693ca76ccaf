import type { UsageLine } from '../api/contract';

/** The months to choose from, newest first; the one that it is now is always there. */
export function monthsOf(lines: readonly UsageLine[], now: Date): string[] {
  const months = new Set(lines.map(({ month }) => month));
  months.add(monthOf(now));
  return [...months].sort().reverse();
}

/** `2026-11`: months are those of UTC, as on the server. */
export const monthOf = (time: Date): string => time.toISOString().slice(0, 7);

/** Lines of a month (of all when it is empty), newest month first, and who used most first. */
export function usageOf(
  lines: readonly UsageLine[],
  month: string
): UsageLine[] {
  return lines
    .filter(line => month === '' || line.month === month)
    .sort(
      (left, right) =>
        right.month.localeCompare(left.month) ||
        right.cpu_hours - left.cpu_hours ||
        left.group.localeCompare(right.group)
    );
}

export type UsageSum = Omit<UsageLine, 'month' | 'group' | 'deployments'>;

/** All lines together. Deployments can't be added up: one that ran in two months is one. */
export function usageSum(lines: readonly UsageLine[]): UsageSum {
  const sum = (of: (line: UsageLine) => number) =>
    lines.reduce((total, line) => total + of(line), 0);
  return {
    cpu_hours: sum(line => line.cpu_hours),
    memory_gb_hours: sum(line => line.memory_gb_hours),
    replica_hours: sum(line => line.replica_hours),
    requests: sum(line => line.requests)
  };
}
