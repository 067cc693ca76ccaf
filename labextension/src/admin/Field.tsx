import React, { PropsWithChildren, useId } from 'react';

export interface IFieldProps {
  label: string;
  /** What helps before anything is wrong. */
  hint?: string;
  /** What is wrong. */
  message?: string;
}

/** Ids that tie label, hint and message to an input. */
export interface IFieldIds {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean;
}

/** A labelled input, with its hint, and what is wrong with it right below. */
export function Field({
  label,
  hint,
  message,
  children
}: IFieldProps & {
  children: (ids: IFieldIds) => JSX.Element;
}): JSX.Element {
  const id = useId();
  const described = [
    message ? `${id}-message` : '',
    hint ? `${id}-hint` : ''
  ].filter(Boolean);
  return (
    <div className={`pd-Field${message ? ' pd-mod-invalid' : ''}`}>
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        'aria-describedby': described.join(' ') || undefined,
        'aria-invalid': Boolean(message)
      })}
      {message && (
        <p className="pd-Field-message" id={`${id}-message`} role="alert">
          {message}
        </p>
      )}
      {hint && (
        <p className="pd-Field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

export interface ITextFieldProps extends IFieldProps {
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
  disabled?: boolean;
  type?: 'text' | 'password' | 'number';
  /** Has the focus when the form appears. */
  first?: boolean;
}

export function TextField(props: ITextFieldProps): JSX.Element {
  const { value, onChange, placeholder, disabled, type, first } = props;
  return (
    <Field {...props}>
      {ids => (
        <input
          {...ids}
          type={type === 'password' ? 'password' : 'text'}
          value={value}
          placeholder={placeholder}
          disabled={disabled}
          data-first={first || undefined}
          inputMode={type === 'number' ? 'numeric' : undefined}
          autoComplete={type === 'password' ? 'new-password' : 'off'}
          spellCheck={false}
          onChange={event => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

/** On or off, at once or with the form. */
export function Switch({
  label,
  checked,
  disabled,
  busy,
  described,
  onChange,
  children
}: PropsWithChildren<{
  /** What screen readers call it; what is shown stands between the tags. */
  label: string;
  checked: boolean;
  disabled?: boolean;
  /** Something is being done: it keeps the focus and does nothing. */
  busy?: boolean;
  /** Id of the text that explains it. */
  described?: string;
  onChange: (checked: boolean) => void;
}>): JSX.Element {
  return (
    <button
      type="button"
      role="switch"
      className="pd-Switch"
      aria-checked={checked}
      aria-label={label}
      aria-describedby={described}
      aria-busy={busy}
      disabled={disabled}
      onClick={() => (busy ? undefined : onChange(!checked))}
    >
      <span className="pd-Switch-track" aria-hidden="true" />
      {children}
    </button>
  );
}
