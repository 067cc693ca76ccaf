import React, { useId, useState } from 'react';

import type { ModelSource } from '../model/drafts';
import { useTranslation } from '../ui/translation';
import { modelTitle } from '../ui/vocabulary';
import { useForm } from './context';
import { FileSource } from './FileSource';
import { ImageSource } from './ImageSource';
import { ModelFacts } from './ModelFacts';
import { StoredModels } from './StoredModels';

/** What is deployed: what was chosen, or where to choose it from. */
export function ModelField(): JSX.Element {
  const trans = useTranslation();
  const { draft, change, messages, busy } = useForm();
  const [choosing, setChoosing] = useState(false);
  const name = useId();
  const message = messages['model'];
  const { model, origin } = draft;
  const open = model === null || choosing;
  const sources: [ModelSource, string][] = [
    ['stored', trans.__('Stored model')],
    ['file', trans.__('File')],
    ['uri', trans.__('Model URI')],
    ['image', trans.__('Image')]
  ];
  return (
    <fieldset
      className={`pd-Field pd-Model${message ? ' pd-mod-invalid' : ''}`}
      aria-describedby={message ? `${name}-message` : undefined}
    >
      <legend>{trans.__('Model')}</legend>
      {model && !open && (
        <div className="pd-Model-chosen">
          <div className="pd-Model-head">
            <span className="pd-Model-title">
              {modelTitle(model, trans)}
              {origin && (
                <span className="pd-Model-origin">
                  {trans.__('from %1', origin)}
                </span>
              )}
            </span>
            <button
              type="button"
              className="pd-Button"
              disabled={busy}
              onClick={() => setChoosing(true)}
            >
              {trans.__('Change model')}
            </button>
          </div>
          <ModelFacts model={model} />
        </div>
      )}
      {open && (
        <>
          <div
            className="pd-Sources"
            role="radiogroup"
            aria-label={trans.__('Where the model comes from')}
          >
            {sources.map(([source, label]) => (
              <label key={source} className="pd-Segment">
                <input
                  type="radio"
                  name={name}
                  checked={draft.source === source}
                  disabled={busy}
                  onChange={() => change('source', source)}
                />
                {label}
              </label>
            ))}
          </div>
          <Source onChosen={() => setChoosing(false)} />
          {model && (
            <button
              type="button"
              className="pd-Button"
              onClick={() => {
                change('source', 'stored');
                setChoosing(false);
              }}
            >
              {trans.__('Keep %1', modelTitle(model, trans))}
            </button>
          )}
        </>
      )}
      {message && (
        <p className="pd-Field-message" id={`${name}-message`} role="alert">
          {message}
        </p>
      )}
    </fieldset>
  );
}

function Source({ onChosen }: { onChosen: () => void }): JSX.Element {
  const { draft } = useForm();
  switch (draft.source) {
    case 'image':
      return <ImageSource />;
    case 'file':
    case 'uri':
      // A new one for each: what was said against a file is not about a URI.
      return (
        <FileSource
          key={draft.source}
          field={draft.source === 'file' ? 'path' : 'uri'}
          onChosen={onChosen}
        />
      );
    default:
      return <StoredModels onChosen={onChosen} />;
  }
}
