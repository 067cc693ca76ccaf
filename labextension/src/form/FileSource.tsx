import React, { useCallback, useEffect, useId, useRef, useState } from 'react';

import { Field } from '../admin/Field';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { useForm } from './context';
import { messagesOf } from './messages';
import { unsupportedUri } from './uris';
import { useAsked } from './useAsked';

/** A model file of the server: read by the interpreter of a kernel, and stored. */
export function FileSource({
  field,
  onChosen
}: {
  /** Which of the draft's two texts tells where it is. */
  field: 'path' | 'uri';
  onChosen: () => void;
}): JSX.Element {
  const trans = useTranslation();
  const { models, chooseFile } = useSession();
  const { draft, change, set, busy } = useForm();
  const [reading, setReading] = useState<AbortController | null>(null);
  const [wrong, setWrong] = useState<Readonly<Record<string, string>>>({});
  const status = useId();
  const ask = useCallback(
    (signal: AbortSignal) => models.interpreters(signal),
    [models]
  );
  const { value: interpreters } = useAsked(ask);
  const current = useRef<AbortController | null>(null);
  useEffect(() => () => current.current?.abort(), []);

  const where = draft[field].trim();
  const uri = field === 'uri';
  const browse = async () => {
    const path = await chooseFile!(where);
    if (path !== null) {
      setWrong({});
      change('path', path);
    }
  };
  const refused = uri ? unsupportedUri(where, trans) : null;
  const read = async () => {
    const controller = new AbortController();
    current.current = controller;
    setReading(controller);
    setWrong({});
    try {
      const model = await models.pack(where, draft.kernel, controller.signal);
      const file = where.split('/').pop() ?? where;
      set({
        model,
        origin: where,
        ...(draft.name === '' && { name: nameOf(file) })
      });
      onChosen();
    } catch (error) {
      if (!controller.signal.aborted) {
        const said = messagesOf(error);
        const known = said['path'] ?? said['kernel'];
        setWrong(
          known
            ? said
            : { path: error instanceof Error ? error.message : String(error) }
        );
      }
    } finally {
      setReading(null);
    }
  };

  return (
    <div className="pd-FileSource">
      <Field
        label={uri ? trans.__('Model URI') : trans.__('File')}
        message={refused ?? wrong['path']}
        hint={
          uri
            ? trans.__(
                'file:///… below the server’s folder. It is read once and stored.'
              )
            : trans.__(
                '.joblib, .pkl or .pickle, by its path in the file browser. It is read once and stored.'
              )
        }
      >
        {ids => (
          <div className="pd-FileSource-line">
            <input
              {...ids}
              type="text"
              value={draft[field]}
              placeholder={
                uri ? 'file:///home/…/model.joblib' : 'models/iris.joblib'
              }
              disabled={busy || reading !== null}
              autoComplete="off"
              spellCheck={false}
              onChange={event => {
                setWrong({});
                change(field, event.target.value);
              }}
            />
            {!uri && chooseFile && (
              <button
                type="button"
                className="pd-Button"
                disabled={busy || reading !== null}
                onClick={() => void browse()}
              >
                {trans.__('Browse…')}
              </button>
            )}
          </div>
        )}
      </Field>
      <Field
        label={trans.__('Read and run by')}
        message={wrong['kernel']}
        hint={trans.__('The kernel that trained the model has its libraries.')}
      >
        {ids => (
          <select
            {...ids}
            className="pd-Select pd-mod-wide"
            value={draft.kernel}
            disabled={busy || reading !== null}
            onChange={event => {
              setWrong({});
              change('kernel', event.target.value);
            }}
          >
            {interpreters === null && (
              <option value={draft.kernel}>{trans.__('Loading…')}</option>
            )}
            {interpreters?.map(({ kernel, display_name, path }) => (
              <option key={kernel} value={kernel}>
                {kernel === ''
                  ? trans.__('The server’s Python (%1)', path)
                  : `${display_name} (${path})`}
              </option>
            ))}
          </select>
        )}
      </Field>
      <div className="pd-Buttons">
        <button
          type="button"
          className="pd-Button"
          aria-describedby={status}
          disabled={busy || where === '' || refused !== null}
          aria-busy={reading !== null}
          onClick={() => (reading ? undefined : void read())}
        >
          {trans.__('Read the model')}
        </button>
        {reading && (
          <button
            type="button"
            className="pd-Button"
            onClick={() => reading.abort()}
          >
            {trans.__('Cancel')}
          </button>
        )}
      </div>
      <p className="pd-Field-hint" role="status" id={status}>
        {reading ? trans.__('Reading the file in a process of its own…') : ''}
      </p>
    </div>
  );
}

/** `models/my_iris.joblib` → `my iris`. */
function nameOf(file: string): string {
  return file
    .replace(/\.[^.]*$/, '')
    .replace(/[_-]+/g, ' ')
    .trim();
}
