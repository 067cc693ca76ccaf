import type { Deployment, Model, Revision } from '../api/contract';

/** Number of the revision that answers callers; of the newest where none does. */
export const servedNumber = (deployment: Deployment): number =>
  deployment.serving_revision ?? deployment.revision;

/**
 * The model that answers callers. While another one is rolled out, or failed to be, the deployment's own
 * specification is of that one.
 *
 * @param revisions - Its history, as far as it is known.
 */
export function servedModel(
  deployment: Deployment,
  revisions: readonly Revision[] | null
): Model {
  const number = servedNumber(deployment);
  const served = revisions?.find(revision => revision.number === number);
  return served?.spec.model ?? deployment.spec.model;
}
