import { execFileSync } from 'node:child_process';

/** What `tests/cluster/browser.py` tells of the cluster. */
interface IWorld {
  readonly kubectl: readonly string[];
  readonly namespaces: { readonly research: string; readonly sales: string };
  /** An image on the node that serves by itself. */
  readonly image: string;
  /** Of a registry that wants a password; research has it as the pull secret `registry`. It has `web:1`. */
  readonly registry: string;
}

export const WORLD = JSON.parse(process.env['PD_UI_CLUSTER']!) as IWorld;

/** What an administrator of the cluster does in a terminal. */
export function kubectl(given: string | null, ...args: string[]): string {
  const [program, ...before] = WORLD.kubectl;
  return execFileSync(program!, [...before, ...args], {
    encoding: 'utf8',
    ...(given !== null && { input: given })
  });
}

/** An object of a group's namespace, as the cluster has it. */
export const seen = <T>(
  group: keyof IWorld['namespaces'],
  kind: string,
  ...more: string[]
): T =>
  JSON.parse(
    kubectl(
      null,
      ...['get', kind, '-n', WORLD.namespaces[group], '-o', 'json', ...more]
    )
  ) as T;
