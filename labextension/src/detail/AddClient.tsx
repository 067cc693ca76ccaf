import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useState } from 'react';

import { Field, TextField } from '../admin/Field';
import { ApiError } from '../api/errors';
import { CLIENT_RULES } from '../api/rules';
import { useTranslation } from '../ui/translation';
import { EXPIRIES, Expiry, expiryTime, isClientName } from './clients';

/** Name and expiry of a new client. */
export function AddClient({
  onAdd
}: {
  /** Throws what the server says against it. */
  onAdd: (name: string, expires_at: string | null) => Promise<void>;
}): JSX.Element {
  const trans = useTranslation();
  const [name, setName] = useState('');
  const [expiry, setExpiry] = useState<Expiry>('never');
  const [date, setDate] = useState('');
  const [problem, setProblem] = useState({ name: '', expires_at: '' });
  const [busy, setBusy] = useState(false);

  const add = async () => {
    const expires_at = expiryTime(expiry, date, Date.now());
    const wrong = {
      name: isClientName(name) ? '' : trans.__(CLIENT_RULES.name.words),
      expires_at:
        expires_at === undefined ? trans.__('Choose the last day.') : ''
    };
    setProblem(wrong);
    if (busy || wrong.name || expires_at === undefined) {
      return;
    }
    setBusy(true);
    try {
      await onAdd(name, expires_at);
      setName('');
      setExpiry('never');
    } catch (error) {
      setProblem(said(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="pd-AddClient"
      aria-label={trans.__('Add a client')}
      onSubmit={event => {
        event.preventDefault();
        void add();
      }}
    >
      <TextField
        label={trans.__('Client name')}
        value={name}
        message={problem.name}
        placeholder="ada"
        onChange={text => {
          setName(text);
          setProblem({ ...problem, name: '' });
        }}
      />
      <Field label={trans.__('Expires')} message={problem.expires_at}>
        {ids => (
          <select
            {...ids}
            className="pd-Select"
            value={expiry}
            onChange={event => setExpiry(event.target.value as Expiry)}
          >
            {EXPIRIES.map(one => (
              <option key={one} value={one}>
                {expiryWord(one, trans)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {expiry === 'date' && (
        <Field label={trans.__('Last day')}>
          {ids => (
            <input
              {...ids}
              type="date"
              className="pd-Select"
              value={date}
              onChange={event => setDate(event.target.value)}
            />
          )}
        </Field>
      )}
      <button
        type="submit"
        className="pd-Button pd-mod-primary"
        aria-busy={busy}
      >
        {trans.__('Add client')}
      </button>
    </form>
  );
}

function said(error: unknown): { name: string; expires_at: string } {
  const fields = error instanceof ApiError ? error.body.fields : [];
  const of = (field: string) =>
    fields.find(one => one['field'] === field)?.['message'];
  const text = error instanceof Error ? error.message : String(error);
  const expires_at = of('expires_at') ?? '';
  // The whole sentence says more than `taken`.
  return { name: expires_at ? '' : text, expires_at };
}

function expiryWord(expiry: Expiry, trans: TranslationBundle): string {
  switch (expiry) {
    case 'never':
      return trans.__('never, until it is revoked');
    case '1':
      return trans.__('in 1 day');
    case '365':
      return trans.__('in 1 year');
    case 'date':
      return trans.__('on a day…');
    default:
      return trans.__('in %1 days', expiry);
  }
}
