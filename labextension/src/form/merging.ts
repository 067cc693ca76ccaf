import type { Draft, FieldValue } from '../admin/merge';
import { IDraft, IPair, MASK, modelOf } from '../model/drafts';
import { filled } from './checks';
import { same } from './body';

const ROWS = ['env', 'metadata'] as const;
const TEXTS = ['replicas', 'description', 'access'] as const;

/**
 * Drafts as `admin/merge.ts` compares them: one text a field, rows of environment and metadata each by itself, null
 * where one has no such row.
 */
export function flattened(drafts: readonly IDraft[]): Draft[] {
  const flat = drafts.map(flat1);
  const fields = new Set(flat.flatMap(one => Object.keys(one)));
  return flat.map(one =>
    Object.fromEntries([...fields].map(field => [field, one[field] ?? null]))
  );
}

function flat1(draft: IDraft): Record<string, FieldValue> {
  const values: Record<string, FieldValue> = {
    model: JSON.stringify(modelOf(draft)),
    instance_type: draft.instanceType,
    pull_secret: draft.pullSecret
  };
  for (const field of TEXTS) {
    values[field] = draft[field];
  }
  for (const field of ROWS) {
    for (const { name, value } of filled(draft[field])) {
      values[`${field}.${name.trim()}`] = value;
    }
  }
  return values;
}

/** The same model, in whatever order its fields are written. */
export function sameFlat(
  field: string,
  left: FieldValue,
  right: FieldValue
): boolean {
  return field === 'model' &&
    typeof left === 'string' &&
    typeof right === 'string'
    ? same(JSON.parse(left), JSON.parse(right))
    : left === right;
}

/** A draft with the values that were chosen. */
export function unflattened(draft: IDraft, flat: Draft): IDraft {
  return {
    ...draft,
    ...sourceOf(draft, JSON.parse(flat['model'] as string) as IDraft['model']),
    instanceType: flat['instance_type'] as string,
    pullSecret: flat['pull_secret'] as string,
    replicas: flat['replicas'] as string,
    description: flat['description'] as string,
    access: flat['access'] as IDraft['access'],
    env: rows(draft.env, flat, 'env'),
    metadata: rows(draft.metadata, flat, 'metadata')
  };
}

/** What a form has where this is its model. */
function sourceOf(
  { source }: IDraft,
  model: IDraft['model']
): Pick<IDraft, 'source' | 'model' | 'image'> {
  return model && !model.artifact
    ? { source: 'image', model: null, image: model.image }
    : { source: source === 'image' ? 'stored' : source, model, image: '' };
}

/** In the order that they had, what is new last. */
function rows(before: readonly IPair[], flat: Draft, field: string): IPair[] {
  const prefix = `${field}.`;
  const values = new Map(
    Object.entries(flat)
      .filter(([name, value]) => name.startsWith(prefix) && value !== null)
      .map(([name, value]) => [name.slice(prefix.length), value as string])
  );
  const order = before.map(({ name }) => name.trim());
  return [...values]
    .sort(([one], [other]) => place(order, one) - place(order, other))
    .map(([name, value]) => ({ name, value }));
}

function place(order: readonly string[], name: string): number {
  const found = order.indexOf(name);
  return found === -1 ? order.length : found;
}

/** Whether a value of the environment is one that the server hides. */
export const hidden = (value: FieldValue): boolean => value === MASK;
