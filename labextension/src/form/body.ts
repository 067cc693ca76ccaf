import type {
  Deployment,
  DeploymentChange,
  NewDeployment
} from '../api/contract';
import { IDraft, IPair, modelOf } from '../model/drafts';
import { filled } from './checks';

/** Fields of a form whose change replaces replicas by fresh ones (`DeploymentSpec.template` of the server). */
export const RESTARTING: ReadonlySet<string> = new Set([
  'model',
  'instance_type',
  'pull_secret',
  'env'
]);

/** Name of each field in the API, and its value as it is sent. */
type Values = Required<
  Pick<
    NewDeployment,
    | 'model'
    | 'replicas'
    | 'pull_secret'
    | 'env'
    | 'access'
    | 'metadata'
    | 'description'
  >
> & { instance_type: string | null };

function valuesOf(draft: IDraft): Values {
  return {
    // A form without a model isn't sent.
    model: modelOf(draft)!,
    replicas: Number(draft.replicas),
    instance_type: draft.instanceType || null,
    pull_secret: draft.pullSecret,
    env: recordOf(draft.env),
    access: draft.access,
    metadata: recordOf(draft.metadata),
    description: draft.description
  };
}

export type ChangeField = keyof Values;

export const CHANGE_FIELDS: readonly ChangeField[] = [
  'model',
  'instance_type',
  'replicas',
  'pull_secret',
  'env',
  'access',
  'metadata',
  'description'
];

/**
 * The body of `POST deployments`.
 *
 * @param id - Left out: the server makes one from the name.
 */
export function newDeployment(draft: IDraft, id: string): NewDeployment {
  const { pull_secret, ...values } = valuesOf(draft);
  return {
    name: draft.name.trim(),
    ...(id && { id }),
    ...(draft.group && { group: draft.group }),
    ...values,
    ...(pull_secret && { pull_secret }),
    update_message: draft.updateMessage
  };
}

/** The body of `PATCH deployments/{id}`: only what differs. */
export function changeBody(
  draft: IDraft,
  changed: ReadonlySet<ChangeField>
): DeploymentChange {
  const values = valuesOf(draft);
  return {
    ...Object.fromEntries([...changed].map(field => [field, values[field]])),
    ...(draft.updateMessage && { update_message: draft.updateMessage })
  };
}

/** The fields that a change sets to something else. */
export function changedIn(before: IDraft, after: IDraft): Set<ChangeField> {
  const [old, young] = [valuesOf(before), valuesOf(after)];
  return new Set(
    CHANGE_FIELDS.filter(field => !same(old[field], young[field]))
  );
}

/** Whether a change replaces replicas; those of a stopped deployment are not there. */
export function restarts(
  changed: ReadonlySet<ChangeField>,
  { spec }: Deployment
): boolean {
  return !spec.stopped && [...changed].some(field => RESTARTING.has(field));
}

function recordOf(rows: readonly IPair[]): Record<string, string> {
  return Object.fromEntries(
    filled(rows).map(({ name, value }) => [name.trim(), value])
  );
}

/** Whether two values say the same, in whatever order their fields stand. */
export function same(left: unknown, right: unknown): boolean {
  return canonical(left) === canonical(right);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(
          Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1))
        )
      : inner
  );
}
