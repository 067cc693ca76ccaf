import { closeIcon } from '@jupyterlab/ui-components';
import React, { useId, useRef, useState } from 'react';

import type { IPair } from '../model/drafts';
import { useTranslation } from '../ui/translation';
import { isHidden, rowMessage } from './checks';
import { useForm } from './context';
import { EyeIcon } from './icons';

interface IPairsProps {
  field: 'env' | 'metadata';
  label: string;
  hint?: string;
  /** What a row that nothing was typed into shows, by its number. */
  placeholders: (number: number) => readonly [name: string, value: string];
  /** Values are secrets: hidden until somebody asks to see one. */
  secret?: boolean;
}

/** Names with values, a row each. */
export function Pairs(props: IPairsProps): JSX.Element {
  const { field, label, hint, placeholders, secret } = props;
  const trans = useTranslation();
  const { draft, change, messages, busy } = useForm();
  const rows = draft[field];
  const list = useRef<HTMLUListElement>(null);
  const added = useRef(false);
  const id = useId();
  const replace = (index: number, row: IPair) =>
    change(
      field,
      rows.map((old, at) => (at === index ? row : old))
    );
  const remove = (index: number) => {
    change(
      field,
      rows.filter((_, at) => at !== index)
    );
    // The button that was pressed is gone.
    list.current?.parentElement
      ?.querySelector<HTMLElement>('.pd-Pairs-add')
      ?.focus();
  };
  return (
    <fieldset
      className="pd-Field pd-Pairs"
      aria-describedby={hint && `${id}-hint`}
    >
      <legend>{label}</legend>
      <ul ref={list} className="pd-Pairs-list">
        {rows.map((row, index) => (
          <Row
            key={index}
            row={row}
            number={index + 1}
            placeholders={placeholders(index + 1)}
            secret={secret === true}
            message={rowMessage(messages, field, index, row.name)}
            disabled={busy}
            focused={added.current && index === rows.length - 1}
            onChange={next => replace(index, next)}
            onRemove={() => remove(index)}
          />
        ))}
      </ul>
      {messages[field] && (
        <p className="pd-Field-message" role="alert">
          {messages[field]}
        </p>
      )}
      {hint && (
        <p className="pd-Field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <button
        type="button"
        className="pd-Button pd-Pairs-add"
        disabled={busy}
        onClick={() => {
          added.current = true;
          change(field, [...rows, { name: '', value: '' }]);
        }}
      >
        {trans.__('+ Add field')}
      </button>
    </fieldset>
  );
}

function Row({
  row,
  number,
  placeholders,
  secret,
  message,
  disabled,
  focused,
  onChange,
  onRemove
}: {
  row: IPair;
  number: number;
  placeholders: readonly [string, string];
  secret: boolean;
  message: string | undefined;
  disabled: boolean;
  focused: boolean;
  onChange: (row: IPair) => void;
  onRemove: () => void;
}): JSX.Element {
  const trans = useTranslation();
  const [seen, setSeen] = useState(false);
  const id = useId();
  const hidden = secret && isHidden(row.value);
  const described = message ? `${id}-message` : undefined;
  return (
    <li className={`pd-Pair${message ? ' pd-mod-invalid' : ''}`}>
      <div className="pd-Pair-line">
        <input
          type="text"
          aria-label={trans.__('Name %1', number)}
          aria-invalid={Boolean(message)}
          aria-describedby={described}
          placeholder={placeholders[0]}
          value={row.name}
          disabled={disabled}
          autoFocus={focused}
          autoComplete="off"
          spellCheck={false}
          onChange={event => onChange({ ...row, name: event.target.value })}
        />
        <span className="pd-Pair-value">
          <input
            type={secret && !seen ? 'password' : 'text'}
            aria-label={trans.__('Value %1', number)}
            aria-describedby={described}
            placeholder={
              hidden
                ? trans.__('hidden, stays as it is')
                : row.lost
                  ? trans.__('enter again')
                  : placeholders[1]
            }
            value={hidden ? '' : row.value}
            disabled={disabled}
            autoComplete={secret ? 'new-password' : 'off'}
            spellCheck={false}
            onChange={event =>
              onChange({ name: row.name, value: event.target.value })
            }
          />
          {secret && !hidden && (
            <button
              type="button"
              className="pd-Pair-eye"
              aria-pressed={seen}
              aria-label={trans.__('Show value %1', number)}
              title={seen ? trans.__('Hide') : trans.__('Show')}
              onClick={() => setSeen(!seen)}
            >
              <EyeIcon open={seen} />
            </button>
          )}
        </span>
        <button
          type="button"
          className="pd-IconButton"
          aria-label={trans.__('Remove row %1', number)}
          title={trans.__('Remove')}
          disabled={disabled}
          onClick={onRemove}
        >
          <closeIcon.react tag="span" width="14px" />
        </button>
      </div>
      {message && (
        <p className="pd-Field-message" id={`${id}-message`} role="alert">
          {message}
        </p>
      )}
    </li>
  );
}
