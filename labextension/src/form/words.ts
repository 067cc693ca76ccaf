import type { TranslationBundle } from '@jupyterlab/translation';

import type { FieldValue } from '../admin/merge';
import type { Me, Model } from '../api/contract';
import { formatMemory } from '../model/quantities';
import { modelTitle } from '../ui/vocabulary';
import { hidden } from './merging';

/** What people call a field of the API; `env.TOKEN` is one too. */
export function fieldTitle(field: string, trans: TranslationBundle): string {
  const [first, ...rest] = field.split('.');
  const name = rest.join('.');
  switch (first) {
    case 'model':
      return trans.__('Model');
    case 'instance_type':
      return trans.__('Instance Type');
    case 'replicas':
      return trans.__('Replicas');
    case 'pull_secret':
      return trans.__('Image Pull Secret');
    case 'description':
      return trans.__('Description');
    case 'access':
      return trans.__('Access');
    case 'env':
      return trans.__('Environment: %1', name);
    case 'metadata':
      return trans.__('Metadata: %1', name);
    default:
      return field;
  }
}

/** What is done while a model is tried: on a cluster a pod has to come up for it. */
export const tryingWords = (
  { engine }: Me,
  trans: TranslationBundle
): string =>
  engine.images
    ? trans.__(
        'Trying the model with its example, in a pod of its own: that can take two minutes…'
      )
    : trans.__('Trying the model with its example…');

/** A value as people read it; what the environment holds is never shown. */
export function fieldWords(
  field: string,
  value: FieldValue,
  trans: TranslationBundle
): string {
  if (value === null) {
    return trans.__('not there');
  }
  const text = String(value);
  if (field === 'model') {
    return modelWords(JSON.parse(text) as Model | null, trans);
  }
  if (field.startsWith('env.')) {
    return hidden(value)
      ? trans.__('the value that is there')
      : trans.__('a new value');
  }
  if (field === 'access') {
    return text === 'private' ? trans.__('private') : trans.__('public');
  }
  return text;
}

/** A model in so many words that two of them can be told apart. */
export function modelWords(
  model: Model | null,
  trans: TranslationBundle
): string {
  if (model === null) {
    return trans.__('none');
  }
  const title = modelTitle(model, trans);
  return model.artifact
    ? trans.__(
        '%1, %2, %3…',
        title,
        formatMemory(model.size),
        model.artifact.slice(0, 8)
      )
    : title;
}
