import type { TranslationBundle } from '@jupyterlab/translation';

import type { Deployment } from '../api/contract';
import type { ICause } from './pending';

/** Names that are listed before the rest is a number. */
const NAMED = 4;

/** What a deployment waits for, in a line. */
export function causeTitle(
  { kind, replicas }: ICause,
  { group, engine, spec }: Deployment,
  trans: TranslationBundle
): string {
  const who = replicaList(replicas, trans);
  const cluster = engine !== 'local';
  switch (kind) {
    case 'engine':
      return trans.__('The engine or its gateway has a problem');
    case 'memory':
      return trans.__('%1: out of memory', who);
    case 'crash':
      return trans.__('%1: waits to start again after a failure', who);
    case 'denied':
      return trans.__('A rule of the cluster forbids its replicas');
    case 'full':
      return trans.__('The cluster’s quota of %1 is used up', group);
    case 'image':
      return trans.__('%1: its image cannot be pulled', who);
    case 'config':
      return trans.__('%1: a secret or configuration is missing', who);
    case 'command':
      return trans.__('%1: its command cannot be run', who);
    case 'volume':
      return trans.__('%1: a volume cannot be mounted', who);
    case 'probe':
      return trans.__('%1: runs, but does not answer its probe', who);
    case 'node':
      return trans.__('%1: its node is lost or gave it up', who);
    case 'room':
      return trans.__('%1: no room to run', who);
    case 'quota':
      return trans.__('The quota of %1 is used up', group);
    case 'leaving':
      return trans.__('%1 of an earlier roll-out: still ending', who);
    case 'pulling':
      return trans.__('%1: the image is pulled', who);
    case 'scheduling':
      return replicas.length > 0
        ? cluster
          ? trans.__('%1: waits for a node', who)
          : trans.__('%1: waits for a process', who)
        : trans.__('Replicas are about to be started');
    case 'starting':
      return cluster
        ? trans.__('%1: its container starts', who)
        : trans.__('%1: imports the libraries', who);
    case 'loading':
      return spec.model.artifact
        ? trans.__('%1: loads the model and tries its example', who)
        : trans.__('%1: runs, and does not answer yet', who);
    case 'traffic':
      return cluster
        ? trans.__('All replicas are ready: the endpoint takes them up')
        : trans.__('All replicas are ready: the gateway takes them up');
    case 'draining':
      return trans.__('%1: answers what is in flight', who);
  }
}

/** What can be done about it; empty where nothing need be. */
export function wayOutOf(
  { kind }: ICause,
  cluster: boolean,
  trans: TranslationBundle
): string {
  switch (kind) {
    case 'engine':
      return trans.__(
        'It is tried again by itself. If this lasts, tell an administrator of this server.'
      );
    case 'memory':
      return trans.__(
        'Choose an instance type with more memory, or a smaller model.'
      );
    case 'crash':
      return trans.__(
        'If the logs show an error of the model, mend it and update the deployment.'
      );
    case 'denied':
      return trans.__(
        'Change what the rule names, or show its words to an administrator of the cluster.'
      );
    case 'full':
      return trans.__(
        'It starts when there is room: stop another deployment of the group, choose a smaller instance type, or ask an administrator for more.'
      );
    case 'image':
      return trans.__(
        'Check the name and tag of the image; if its registry is private, name a pull secret that may read it.'
      );
    case 'config':
      return trans.__(
        'It starts by itself once what is missing is there: create it in the namespace of the group, or change the name.'
      );
    case 'command':
      return trans.__(
        'The image has no such program, or may not run it: choose an image that serves by itself, or mend its entry point.'
      );
    case 'volume':
      return trans.__(
        'It is tried again by itself. If this lasts, show the words above to an administrator of the cluster.'
      );
    case 'probe':
      return trans.__(
        'It must listen on the port that $PORT names. If it only needs longer to load, give it a larger instance type.'
      );
    case 'node':
      return trans.__(
        'The cluster starts it on another node by itself, which may take some minutes.'
      );
    case 'room':
      return trans.__(
        'It starts when there is room: stop something else, or choose a smaller instance type.'
      );
    case 'quota':
      return trans.__(
        'Old replicas are replaced one after the other: this takes longer, and no request is lost. Stopping another deployment of the group makes room.'
      );
    case 'leaving':
      return cluster
        ? trans.__('They answer what they have. Kill one below if it hangs.')
        : trans.__(
            'They answer what they have, for at most 40 s. Kill one below if it hangs.'
          );
    case 'starting':
      return cluster
        ? ''
        : trans.__(
            'The first start in an environment imports everything; later ones copy it and are faster.'
          );
    case 'loading':
    case 'pulling':
    case 'scheduling':
    case 'traffic':
      return '';
    case 'draining':
      return cluster
        ? ''
        : trans.__('Those that do not end within 40 s are killed.');
  }
}

/** `Replica 3-0`, `Replicas 3-0, 3-1 and 5 more`. */
function replicaList(
  names: readonly string[],
  trans: TranslationBundle
): string {
  if (names.length === 0) {
    return trans.__('Its replicas');
  }
  const shown = names.slice(0, NAMED).join(', ');
  return names.length === 1
    ? trans.__('Replica %1', shown)
    : names.length <= NAMED
      ? trans.__('Replicas %1', shown)
      : trans.__('Replicas %1 and %2 more', shown, names.length - NAMED);
}
