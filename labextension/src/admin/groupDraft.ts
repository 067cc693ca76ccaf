import type { TranslationBundle } from '@jupyterlab/translation';

import type { Group, GroupChange, NewGroup, QuotaInput } from '../api/contract';
import {
  exactMemory,
  formatCpu,
  parseCount,
  parseCpu,
  parseMemory
} from '../model/quantities';
import { Draft, FieldValue, Same, sameValue } from './merge';

const QUOTA = ['cpu', 'memory', 'gpu', 'deployments'] as const;

/**
 * A group as a form holds it: amounts as texts, empty for unlimited.
 *
 * @param name - What a new one is called to begin with.
 */
export function groupDraft(group: Group | null, name = ''): Draft {
  const count = (value: number | null | undefined) =>
    value === null || value === undefined ? '' : String(value);
  return {
    name: group?.name ?? name,
    // The server calls a group without one by its name.
    display_name:
      group && group.display_name !== group.name ? group.display_name : '',
    enabled: group?.enabled ?? false,
    ...limitsDraft(group?.quota),
    gpu: count(group?.quota.gpu),
    deployments: count(group?.quota.deployments),
    members: group?.members ?? [],
    admins: group?.admins ?? []
  };
}

/** CPU and memory as texts. */
export function limitsDraft(
  limits: { cpu: number | null; memory: number | null } | undefined
): { cpu: string; memory: string } {
  return {
    cpu: limits?.cpu ? formatCpu(limits.cpu) : '',
    memory: limits?.memory ? exactMemory(limits.memory) : ''
  };
}

/** `4Gi` and `4096Mi` are the same. */
export const sameAmount: Same = (field, left, right) =>
  sameValue(field, plain(field, left), plain(field, right));

function plain(field: string, value: FieldValue): FieldValue {
  if (typeof value !== 'string') {
    return value;
  }
  const parsed =
    field === 'cpu'
      ? parseCpu(value)
      : field === 'memory'
        ? parseMemory(value)
        : null;
  return parsed === null ? value.trim() : String(parsed);
}

/** What is wrong with amounts; the server's rules in the server's words. */
export function checkAmounts(
  draft: Draft,
  trans: TranslationBundle
): Record<string, string> {
  const wrong: Record<string, string> = {};
  const check = (
    field: string,
    parse: (text: string) => number | null,
    rule: string
  ) => {
    const text = draft[field];
    if (typeof text === 'string' && text.trim() && parse(text) === null) {
      wrong[field] = rule;
    }
  };
  check(
    'cpu',
    parseCpu,
    trans.__('A number of cores such as 0.5 or 4, or 500m; above 0')
  );
  check(
    'memory',
    parseMemory,
    trans.__('An amount such as 512Mi, 4Gi or 16 GiB, at least 1 MiB')
  );
  for (const field of ['gpu', 'deployments']) {
    check(field, parseCount, trans.__('A whole number, 0 or more'));
  }
  return wrong;
}

/** The text of an amount for the server, which reads them too; empty: no limit. */
export function limit(draft: Draft, field: string): string | null {
  return (draft[field] as string).trim() || null;
}

function quotaOf(draft: Draft): QuotaInput {
  const count = (field: string) => {
    const text = limit(draft, field);
    return text === null ? null : parseCount(text);
  };
  return {
    cpu: limit(draft, 'cpu'),
    memory: limit(draft, 'memory'),
    gpu: count('gpu'),
    deployments: count('deployments')
  };
}

/** The body of a change: only what differs, but the quota as a whole. */
export function groupChange(
  draft: Draft,
  changed: ReadonlySet<string>
): GroupChange {
  const body: Record<string, unknown> = {};
  for (const field of ['display_name', 'enabled', 'members', 'admins']) {
    if (changed.has(field)) {
      body[field] = draft[field];
    }
  }
  if (QUOTA.some(field => changed.has(field))) {
    body['quota'] = quotaOf(draft);
  }
  return body;
}

export function newGroup(draft: Draft): NewGroup {
  return {
    ...groupChange(draft, new Set(Object.keys(draft))),
    name: (draft['name'] as string).trim()
  };
}
