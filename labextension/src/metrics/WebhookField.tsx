import React, { useState } from 'react';

import { TextField } from '../admin/Field';
import { useTranslation } from '../ui/translation';
import { isMasked } from './alertDraft';

/** Whom to tell; a stored address is shown without its path, so it stays, goes, or is typed anew. */
export function WebhookField({
  value,
  message,
  onChange
}: {
  value: string;
  message: string | undefined;
  onChange: (value: string) => void;
}): JSX.Element {
  const trans = useTranslation();
  /** What can be gone back to. */
  const [left, setLeft] = useState('');
  if (isMasked(value) && !message) {
    return (
      <div className="pd-Alerts-kept">
        <span>
          <span className="pd-quiet">{trans.__('Webhook')}</span>{' '}
          <code>{value}</code>
        </span>
        <button
          type="button"
          className="pd-Link"
          onClick={() => {
            setLeft(value);
            onChange('');
          }}
        >
          {trans.__('Change or remove')}
        </button>
      </div>
    );
  }
  return (
    <>
      <TextField
        label={trans.__('Webhook (optional)')}
        hint={trans.__(
          'Gets a POST with JSON when an alert begins or ends. Its path is not shown again. Empty: nobody is called.'
        )}
        placeholder="https://hooks.example.com/…"
        value={value}
        message={message}
        onChange={onChange}
      />
      {left && (
        <button
          type="button"
          className="pd-Link pd-Alerts-keep"
          onClick={() => onChange(left)}
        >
          {trans.__('Keep %1', left)}
        </button>
      )}
    </>
  );
}
