import type { TranslationBundle } from '@jupyterlab/translation';

import type { Revision, Signature, Tensor } from '../api/contract';
import { formatMemory, shortNumber } from '../model/quantities';
import { instanceTypeWords } from './words';

export type SectionName =
  'specification' | 'model' | 'artifact' | 'signature' | 'libraries';

/** One line of a comparison. */
export interface IDifference {
  readonly name: string;
  /** As text; null: not there. */
  readonly left: string | null;
  readonly right: string | null;
  /** `hidden`: nobody may see the values, and they may differ. */
  readonly kind: 'same' | 'changed' | 'hidden';
  /** What the change amounts to, where that can be said. */
  readonly note?: string;
}

export interface ISection {
  readonly name: SectionName;
  readonly rows: readonly IDifference[];
}

/**
 * All that tells two revisions apart, and all that doesn't.
 *
 * @param left - The earlier one.
 * @param between - Those after the earlier one, up to the later one: they tell whether hidden values changed.
 */
export function differences(
  left: Revision,
  right: Revision,
  between: readonly Revision[],
  trans: TranslationBundle
): ISection[] {
  return [
    { name: 'specification', rows: specification(left, right, between, trans) },
    { name: 'model', rows: model(left, right, trans) },
    { name: 'artifact', rows: artifact(left, right, trans) },
    { name: 'signature', rows: signature(left, right, trans) },
    { name: 'libraries', rows: libraries(left, right) }
  ];
}

/** Whether replicas have to be replaced to come from one revision to the other; null: hidden values decide. */
export function replacesReplicas(
  left: Revision,
  right: Revision,
  between: readonly Revision[]
): boolean | null {
  const template = ({ spec }: Revision) => [
    spec.model,
    spec.instance_type,
    spec.resources,
    spec.pull_secret,
    Object.keys(spec.env ?? {}).sort()
  ];
  if (JSON.stringify(template(left)) !== JSON.stringify(template(right))) {
    return true;
  }
  return envMayDiffer(right, between) ? null : false;
}

const envMayDiffer = (
  { spec }: Revision,
  between: readonly Revision[]
): boolean =>
  Object.keys(spec.env ?? {}).length > 0 &&
  between.some(({ changes }) => changes?.includes('env'));

function specification(
  left: Revision,
  right: Revision,
  between: readonly Revision[],
  trans: TranslationBundle
): IDifference[] {
  const [one, other] = [left.spec, right.spec];
  const maybe = envMayDiffer(right, between);
  return [
    row(
      trans.__('Instance Type'),
      instanceTypeWords(one, trans),
      instanceTypeWords(other, trans)
    ),
    row(trans.__('Replicas'), String(one.replicas), String(other.replicas)),
    ...(one.pull_secret || other.pull_secret
      ? [
          row(
            trans.__('Image Pull Secret'),
            one.pull_secret || null,
            other.pull_secret || null
          )
        ]
      : []),
    row(trans.__('Access'), one.access ?? '', other.access ?? ''),
    row(trans.__('Stop'), String(one.stopped), String(other.stopped)),
    row(
      trans.__('Description'),
      one.description ?? '',
      other.description ?? ''
    ),
    ...byKey(one.metadata, other.metadata, key =>
      trans.__('Metadata: %1', key)
    ),
    ...byKey(one.env, other.env, key => trans.__('Environment: %1', key)).map(
      difference =>
        difference.kind === 'same' && maybe
          ? { ...difference, kind: 'hidden' as const }
          : difference
    )
  ];
}

function model(
  left: Revision,
  right: Revision,
  trans: TranslationBundle
): IDifference[] {
  const [one, other] = [left.spec.model, right.spec.model];
  return [
    ...(one.image || other.image
      ? [row(trans.__('Image'), one.image || null, other.image || null)]
      : []),
    row(trans.__('Type'), one.class_name ?? '', other.class_name ?? ''),
    row(trans.__('Adapter'), one.adapter ?? '', other.adapter ?? ''),
    row(trans.__('Trained with'), one.interpreter, other.interpreter),
    row(
      trans.__('Python'),
      one.python_version ?? '',
      other.python_version ?? ''
    )
  ];
}

function artifact(
  left: Revision,
  right: Revision,
  trans: TranslationBundle
): IDifference[] {
  const [one, other] = [left.spec.model, right.spec.model];
  const grown = other.size - one.size;
  return [
    {
      ...row(
        trans.__('Size'),
        formatMemory(one.size),
        formatMemory(other.size)
      ),
      kind: grown === 0 ? 'same' : 'changed',
      note:
        grown === 0
          ? undefined
          : `(${grown > 0 ? '+' : '−'}${formatMemory(Math.abs(grown))})`
    },
    row(trans.__('SHA-256'), one.artifact, other.artifact)
  ];
}

function signature(
  left: Revision,
  right: Revision,
  trans: TranslationBundle
): IDifference[] {
  const [one, other] = [left.spec.model, right.spec.model];
  const part = (
    side: Signature | null | undefined,
    which: 'inputs' | 'outputs'
  ) =>
    Object.fromEntries(
      (side?.[which] ?? []).map(tensor => [tensor.name, tensorWords(tensor)])
    );
  return [
    row(
      trans.__('Kind'),
      one.signature?.content_type ?? null,
      other.signature?.content_type ?? null
    ),
    ...byKey(
      part(one.signature, 'inputs'),
      part(other.signature, 'inputs'),
      key => trans.__('Input: %1', key)
    ),
    ...byKey(
      part(one.signature, 'outputs'),
      part(other.signature, 'outputs'),
      key => trans.__('Output: %1', key)
    ),
    row(
      trans.__('Example'),
      one.example ? JSON.stringify(one.example) : null,
      other.example ? JSON.stringify(other.example) : null
    )
  ];
}

const libraries = (left: Revision, right: Revision): IDifference[] =>
  byKey(left.spec.model.packages, right.spec.model.packages, key => key);

/** Type, shape and range of a tensor. */
export function tensorWords(tensor: Tensor): string {
  const { datatype, shape, minimum, maximum } = tensor;
  const sizes = shape.map(size => (size < 0 ? '*' : size)).join(' × ');
  const range =
    typeof minimum === 'number' && typeof maximum === 'number'
      ? `, ${shortNumber(minimum)} – ${shortNumber(maximum)}`
      : '';
  return `${datatype} [${sizes}]${range}`;
}

function row(
  name: string,
  left: string | null,
  right: string | null
): IDifference {
  return { name, left, right, kind: left === right ? 'same' : 'changed' };
}

function byKey(
  left: Record<string, string> = {},
  right: Record<string, string> = {},
  title: (key: string) => string
): IDifference[] {
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  return keys
    .sort()
    .map(key => row(title(key), left[key] ?? null, right[key] ?? null));
}
