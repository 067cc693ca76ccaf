import type { TranslationBundle } from '@jupyterlab/translation';

import type { Deployment, Model } from '../api/contract';
import type { Language } from './CallCode';
import { internalNote, isInternal } from '../ui/internal';
import { exampleOf } from './oip';

/** What is to be known before a call is run, whatever it sends. */
export function callNotes(
  { spec, status, endpoint }: Deployment,
  language: Language,
  trans: TranslationBundle
): string[] {
  return [
    language !== 'client' && isInternal(endpoint) ? internalNote(trans) : '',
    spec.model.artifact
      ? ''
      : language === 'client'
        ? trans.__(
            'The image serves by itself: our client speaks the Open Inference Protocol v2 to it, which it may not understand.'
          )
        : trans.__(
            'The image serves by itself: which path and body it takes is its own matter.'
          ),
    spec.access === 'private' ? privateNote(language, trans) : '',
    status.phase === 'Stopped'
      ? trans.__('It is stopped: callers get an error until it is started.')
      : '',
    language === 'javascript'
      ? trans.__('For Node.js: browsers let no page of another origin in.')
      : ''
  ];
}

/** What the data of an example is, where it isn't real. */
export function dataNote(model: Model, trans: TranslationBundle): string {
  if (!model.artifact) {
    return ''; // what it takes was never ours to record
  }
  switch (exampleOf(model)?.origin) {
    case 'recorded':
      return '';
    case 'derived':
      return trans.__(
        'The model was deployed without an example of real data: these are zeros, which it takes.'
      );
    case 'made':
      return trans.__(
        'No example is recorded: these are zeros of the right shape, which nobody tried.'
      );
    case undefined:
      return trans.__(
        'The model was deployed without an example, so what it takes is not known: put your data in. Deploy or update it with example=… (a few rows as the model takes them) to see them here.'
      );
  }
}

const privateNote = (language: Language, trans: TranslationBundle): string =>
  language === 'client'
    ? trans.__(
        'The endpoint is private: inside of Jupyter the client goes through the server, as you.'
      )
    : trans.__(
        'The endpoint is private: put the name of a client and its token in; the Access tab has them.'
      );
