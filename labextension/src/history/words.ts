import type { TranslationBundle } from '@jupyterlab/translation';

import type { Deployment, Model, Phase, Revision } from '../api/contract';
import { amount } from '../ui/QuotaBars';

/** What a revision is called: a rollback says where it went back to. */
export function revisionTitle(
  { number, action, rollback_to }: Revision,
  trans: TranslationBundle
): string {
  return action === 'rollback' && typeof rollback_to === 'number'
    ? trans.__('%1 = rollback to %2', number, rollback_to)
    : String(number);
}

/** What was done. */
export function actionWord(
  { action, rollback_to }: Revision,
  trans: TranslationBundle
): string {
  switch (action) {
    case 'create':
      return trans.__('Created');
    case 'update':
      return trans.__('Updated');
    case 'scale':
      return trans.__('Scaled');
    case 'stop':
      return trans.__('Stopped');
    case 'start':
      return trans.__('Started');
    case 'restart':
      return trans.__('Restarted');
    case 'rollback':
      return trans.__('Rolled back to %1', rollback_to ?? '?');
  }
}

type Outcome = Revision['outcome'];

/** How a revision ended. */
export function outcomeWord(
  outcome: Outcome,
  trans: TranslationBundle
): string {
  switch (outcome) {
    case 'succeeded':
      return trans.__('Succeeded');
    case 'failed':
      return trans.__('Failed');
    case 'in progress':
      return trans.__('In progress');
    case 'superseded':
      return trans.__('Superseded');
  }
}

/** The phase whose icon and colour an outcome has. */
export function outcomePhase(outcome: Outcome): Phase {
  switch (outcome) {
    case 'succeeded':
      return 'Deployed';
    case 'failed':
      return 'Failed';
    case 'in progress':
      return 'Deploying';
    case 'superseded':
      return 'Stopped';
  }
}

/** Seconds as people say them: `0.4 s`, `12 s`, `3 min 5 s`. */
export function durationWords(
  seconds: number,
  trans: TranslationBundle
): string {
  if (seconds < 10) {
    return trans.__('%1 s', Math.round(seconds * 10) / 10);
  }
  const whole = Math.round(seconds);
  return whole < 60
    ? trans.__('%1 s', whole)
    : trans.__('%1 min %2 s', Math.floor(whole / 60), whole % 60);
}

/** An instance type with what it stands for. */
export function instanceTypeWords(
  { instance_type, resources }: Deployment['spec'],
  trans: TranslationBundle
): string {
  const parts = [
    resources.cpu ? amount('cpu', resources.cpu, trans) : '',
    resources.memory ? amount('memory', resources.memory, trans) : '',
    resources.gpu ? trans.__('%1 GPU', resources.gpu) : ''
  ].filter(Boolean);
  return `${instance_type} (${parts.join(', ')})`;
}

/** What a revision changed, one thing at a time, compared with the one before it where that is known. */
export function changeWords(
  revision: Revision,
  before: Revision | undefined,
  trans: TranslationBundle
): string[] {
  const { action, spec, changes } = revision;
  if (action === 'create') {
    return [
      shortName(spec.model) || trans.__('a model'),
      trans._n('%1 replica', '%1 replicas', spec.replicas)
    ];
  }
  const named = changes ?? [];
  return named
    .filter(name => name !== 'resources' || !named.includes('instance_type'))
    .map(name => oneChange(name, spec, before?.spec, trans))
    .filter(Boolean);
}

function oneChange(
  name: string,
  now: Deployment['spec'],
  before: Deployment['spec'] | undefined,
  trans: TranslationBundle
): string {
  const arrow = (from: string | undefined, to: string) =>
    from === undefined || from === to ? to : `${from} → ${to}`;
  switch (name) {
    case 'model':
      return modelChange(now, before, trans);
    case 'replicas':
      return trans.__(
        'replicas %1',
        arrow(before && String(before.replicas), String(now.replicas))
      );
    case 'instance_type':
      return trans.__(
        'instance type %1',
        arrow(before?.instance_type, now.instance_type)
      );
    case 'resources':
      return trans.__('what the instance type stands for');
    case 'access':
      return trans.__('access %1', arrow(before?.access, now.access ?? ''));
    case 'pull_secret':
      return trans.__(
        'pull secret %1',
        arrow(
          before && (before.pull_secret || trans.__('none')),
          now.pull_secret || trans.__('none')
        )
      );
    case 'env':
      return withKeys(trans.__('environment'), now.env, before?.env);
    case 'metadata':
      return withKeys(trans.__('metadata'), now.metadata, before?.metadata);
    case 'description':
      return trans.__('description');
    case 'stopped':
      // The action says it.
      return '';
    default:
      // A newer server may know more.
      return name;
  }
}

/** What tells models apart at a glance: the type without its modules, or the image. */
const shortName = ({ class_name, image }: Model): string =>
  class_name?.split('.').pop() || image;

function modelChange(
  now: Deployment['spec'],
  before: Deployment['spec'] | undefined,
  trans: TranslationBundle
): string {
  const [from, to] = [before?.model, now.model].map(
    model => model && shortName(model)
  );
  if (from && to && from !== to) {
    return trans.__('model %1 → %2', from, to);
  }
  if (before && before.model.image !== now.model.image) {
    return trans.__('image %1', now.model.image || trans.__('none'));
  }
  return before && before.model.artifact === now.model.artifact
    ? trans.__('what is recorded of the model')
    : trans.__('model (%1)', to || now.model.artifact.slice(0, 8));
}

/** Which keys came (+), went (−), and got another value. */
function withKeys(
  title: string,
  now: Record<string, string> = {},
  before: Record<string, string> | undefined
): string {
  if (!before) {
    return title;
  }
  const keys = [
    ...Object.keys(now)
      .filter(key => !(key in before))
      .map(key => `+${key}`),
    ...Object.keys(before)
      .filter(key => !(key in now))
      .map(key => `−${key}`),
    ...Object.keys(now).filter(key => key in before && before[key] !== now[key])
  ];
  return keys.length > 0 ? `${title} ${keys.join(' ')}` : title;
}
