import type { Deployment } from '../api/contract';

/** What stands for a client's name and token where the reader has to put their own. */
export const LOGIN = '<client>:<token>';

/** Where a deployment answers inference requests of the Open Inference Protocol v2. */
export function inferUrl({
  endpoint,
  id
}: Pick<Deployment, 'endpoint' | 'id'>): string {
  return `${endpoint}v2/models/${id}/infer`;
}

/**
 * A shell command that sends the model's recorded example to its endpoint; without an example, one that asks whether
 * the model is ready; of an image that serves by itself, one that asks its address. The same as the Python client's (`client/endpoint.py`).
 *
 * @param login - Client and token, used where the endpoint is private.
 */
export function curlOf(deployment: Deployment, login: string = LOGIN): string {
  const { endpoint, id, spec } = deployment;
  const user = spec.access === 'private' ? `-u ${shellQuote(login)} ` : '';
  const { example, artifact } = spec.model;
  if (!artifact) {
    return `curl -sS ${user}${shellQuote(endpoint)}`;
  }
  return example
    ? `curl -sS ${user}${shellQuote(inferUrl(deployment))} -H 'Content-Type: application/json' -d ${shellQuote(JSON.stringify(example))}`
    : `curl -sS ${user}${shellQuote(`${endpoint}v2/models/${id}/ready`)}`;
}

/** One word of a POSIX shell that means exactly this text. */
export function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text)
    ? text
    : `'${text.replace(/'/g, `'"'"'`)}'`;
}
