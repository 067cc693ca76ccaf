import { closeIcon } from '@jupyterlab/ui-components';
import React, { KeyboardEvent, useId, useRef, useState } from 'react';

import { useTranslation } from '../ui/translation';
import { Field, IFieldProps } from './Field';

/** More chips than this at once only when asked for. */
const SHOWN = 60;

export interface INamesFieldProps extends IFieldProps {
  names: readonly string[];
  onChange: (names: readonly string[]) => void;
  placeholder: string;
  disabled?: boolean;
  /** Names to choose from; others may be typed. */
  known?: readonly string[];
}

/** Names as chips: typed, pasted as a list, or chosen; each can be taken away. */
export function NamesField(props: INamesFieldProps): JSX.Element {
  const { names, onChange, placeholder, disabled, known = [] } = props;
  const trans = useTranslation();
  const [text, setText] = useState('');
  const [all, setAll] = useState(false);
  const [said, setSaid] = useState('');
  const list = useId();
  const input = useRef<HTMLInputElement>(null);

  const add = (typed: string) => {
    const added = [...new Set(split(typed))].filter(
      name => !names.includes(name)
    );
    if (added.length > 0) {
      onChange([...names, ...added]);
      setSaid(trans.__('%1 added', added.join(', ')));
    }
    setText('');
  };
  const remove = (name: string) => {
    onChange(names.filter(other => other !== name));
    setSaid(trans.__('%1 removed', name));
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter') {
      // It ends a name, not the form.
      event.preventDefault();
      add(text);
    } else if (event.key === 'Backspace' && text === '') {
      const last = names[names.length - 1];
      if (last !== undefined) {
        remove(last);
      }
    }
  };

  const shown = all ? names : names.slice(0, SHOWN);
  return (
    <Field {...props}>
      {ids => (
        <div className={`pd-Names${disabled ? ' pd-mod-disabled' : ''}`}>
          <ul className="pd-Names-list">
            {shown.map(name => (
              <li key={name} className="pd-Name">
                <span className="pd-Name-text">{name}</span>
                {!disabled && (
                  <button
                    type="button"
                    aria-label={trans.__('Remove %1', name)}
                    title={trans.__('Remove %1', name)}
                    onClick={() => remove(name)}
                  >
                    <closeIcon.react tag="span" width="12px" />
                  </button>
                )}
              </li>
            ))}
            {shown.length < names.length && (
              <li>
                <button
                  type="button"
                  className="pd-Link"
                  onClick={() => setAll(true)}
                >
                  {trans.__('and %1 more', names.length - shown.length)}
                </button>
              </li>
            )}
          </ul>
          {/* Read-only it stays what the label is of. */}
          <input
            {...ids}
            ref={input}
            type="text"
            className={disabled ? 'pd-visuallyHidden' : undefined}
            readOnly={disabled}
            tabIndex={disabled ? -1 : undefined}
            value={text}
            placeholder={disabled ? undefined : placeholder}
            autoComplete="off"
            spellCheck={false}
            list={known.length > 0 ? list : undefined}
            onChange={event => {
              const { value } = event.target;
              // A comma ends a name; one that was chosen is whole already.
              if (/[,;\n]/.test(value) || isChosen(event.nativeEvent)) {
                add(value);
              } else {
                setText(value);
              }
            }}
            onKeyDown={onKeyDown}
            onPaste={event => {
              const pasted = event.clipboardData.getData('text');
              if (/[,;\n]/.test(pasted)) {
                event.preventDefault();
                add(text + pasted);
              }
            }}
            onBlur={() => add(text)}
          />
          {known.length > 0 && (
            <datalist id={list}>
              {known
                .filter(name => !names.includes(name))
                .map(name => (
                  <option key={name} value={name} />
                ))}
            </datalist>
          )}
          <span role="status" className="pd-visuallyHidden">
            {said}
          </span>
        </div>
      )}
    </Field>
  );
}

/** Names may have spaces inside, so that only these end one. */
function split(text: string): string[] {
  return text
    .split(/[,;\n]+/)
    .map(name => name.trim())
    .filter(Boolean);
}

/** Whether a value came from the list of known names, not from the keyboard. */
function isChosen(event: Event): boolean {
  return (
    !(event instanceof InputEvent) ||
    event.inputType === 'insertReplacementText'
  );
}
