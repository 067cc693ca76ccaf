import type { TranslationBundle } from '@jupyterlab/translation';

import type {
  Deployment,
  Group,
  Model,
  Phase,
  Reason,
  Step
} from '../api/contract';
import type { DeploymentAction } from '../model/doing';

/** The words that people read for the API's closed vocabularies. */
export function phaseWord(phase: Phase, trans: TranslationBundle): string {
  switch (phase) {
    case 'Deployed':
      return trans.__('Deployed');
    case 'Deploying':
      return trans.__('Deploying');
    case 'Failed':
      return trans.__('Failed');
    case 'Stopped':
      return trans.__('Stopped');
  }
}

/** What a deployment that is not there yet waits for. */
export function stepWords(step: Step, trans: TranslationBundle): string {
  switch (step) {
    case 'scheduling':
      return trans.__('waiting for room');
    case 'pulling':
      return trans.__('pulling the image');
    case 'starting':
      return trans.__('starting the process');
    case 'loading':
      return trans.__('loading the model');
    case 'ready':
      return trans.__('moving the traffic');
    case 'backing-off':
      return trans.__('waiting to start again');
    case 'stopping':
      return trans.__('answering the last requests');
    case 'exited':
      return trans.__('ended');
  }
}

/** Why a deployment is in its phase; empty where the phase says it all. */
export function reasonWords(reason: Reason, trans: TranslationBundle): string {
  switch (reason) {
    case 'Ready':
    case 'Stopped':
      return '';
    case 'Degraded':
      return trans.__('Degraded');
    case 'UpdateFailed':
      return trans.__('Update failed');
    case 'Scheduling':
      return trans.__('Waiting for room');
    case 'Starting':
      return trans.__('Starting');
    case 'Loading':
      return trans.__('Loading the model');
    case 'RollingUpdate':
      return trans.__('Rolling update');
    case 'Scaling':
      return trans.__('Scaling');
    case 'Restarting':
      return trans.__('Restarting');
    case 'Stopping':
      return trans.__('Stopping');
    case 'Deleting':
      return trans.__('Deleting');
    case 'ModelLoadFailed':
      return trans.__('Model could not be loaded');
    case 'ExampleFailed':
      return trans.__('Example could not be predicted');
    case 'InterpreterUnusable':
      return trans.__('Python interpreter unusable');
    case 'StartTimeout':
      return trans.__('Not ready in time');
    case 'CrashLoop':
      return trans.__('Keeps crashing');
    case 'OOMKilled':
      return trans.__('Out of memory');
    case 'ArtifactMissing':
      return trans.__('Model artifact missing');
    case 'GatewayUnavailable':
      return trans.__('Gateway unavailable');
    case 'ImagePullFailed':
      return trans.__('Image could not be pulled');
    case 'ConfigMissing':
      return trans.__('Secret or configuration missing');
    case 'CommandFailed':
      return trans.__('Command could not be run');
    case 'ProbeFailed':
      return trans.__('Does not answer its probe');
    case 'VolumeFailed':
      return trans.__('Volume could not be mounted');
    case 'Unschedulable':
      return trans.__('No room on any node');
    case 'QuotaDenied':
      return trans.__('Denied by the quota');
    case 'AdmissionDenied':
      return trans.__('Denied by a rule of the cluster');
    case 'NodeLost':
      return trans.__('Node lost');
    case 'Evicted':
      return trans.__('Evicted from its node');
    default:
      // A newer server may know more.
      return reason;
  }
}

/** What people call a model: its type without the modules, or the image that serves it. */
export function modelTitle(
  { class_name, image }: Partial<Model>,
  trans: TranslationBundle
): string {
  return class_name?.split('.').pop() || image || trans.__('Model');
}

/** What was asked for and isn't done yet. */
export function doingWords(
  action: DeploymentAction,
  trans: TranslationBundle
): string {
  switch (action) {
    case 'stop':
      return trans.__('stopping…');
    case 'start':
      return trans.__('starting…');
    case 'restart':
      return trans.__('restarting…');
    case 'scale':
      return trans.__('scaling…');
    case 'delete':
      return trans.__('deleting…');
  }
}

/** Whether the newest revision failed while an older one serves. */
export function updateFailed({ status }: Deployment): boolean {
  return status.phase === 'Deployed' && status.update?.outcome === 'failed';
}

/** How many replicas answer, of how many. */
export function readyReplicas(
  { status }: Deployment,
  trans: TranslationBundle
): string {
  const { ready, desired } = status.replicas;
  return trans._n(
    '%2 of %1 replica ready',
    '%2 of %1 replicas ready',
    desired,
    ready
  );
}

/** What went wrong, as short reason and full message; null when nothing did. */
export function trouble(
  deployment: Deployment,
  trans: TranslationBundle
): { reason: string; message: string } | null {
  const { status } = deployment;
  if (updateFailed(deployment)) {
    const update = status.update!;
    return {
      reason: trans.__(
        'Revision %1: %2',
        update.revision,
        reasonWords(update.reason ?? 'UpdateFailed', trans)
      ),
      message: update.message || status.message
    };
  }
  if (status.phase === 'Failed' || status.reason === 'Degraded') {
    return {
      reason: reasonWords(status.reason, trans),
      message: status.message
    };
  }
  return null;
}

/** What people call a group. */
export function groupTitle({
  name,
  display_name
}: Pick<Group, 'name' | 'display_name'>): string {
  return display_name || name;
}

/** What people call the group of this name; of one that is none of these, nobody knows more than that. */
export function groupTitleIn(
  groups: readonly Group[] | null | undefined,
  name: string
): string {
  const found = groups?.find(group => group.name === name);
  return found ? groupTitle(found) : name;
}
