import React, { PropsWithChildren, useEffect, useRef } from 'react';

import { useTranslation } from '../ui/translation';
import { useGuard } from './context';
import { IEditing, undecided } from './editing';

export interface IFormPageProps {
  title: string;
  editing: IEditing;
  /** Why nothing can be changed here; empty: it can. */
  readOnly: string;
  onClose: () => void;
  /** Takes what is edited away; left out: nothing to take away. */
  onDelete?: () => void;
}

/** A form that takes the place of its list. */
export function FormPage(
  props: PropsWithChildren<IFormPageProps>
): JSX.Element {
  const { title, editing, readOnly, onClose, onDelete, children } = props;
  const trans = useTranslation();
  const form = useRef<HTMLFormElement>(null);
  const { problem, messages, conflict, gone, saving, dirty, fresh } = editing;
  useGuard(dirty && !saving);

  useEffect(() => {
    const { current } = form;
    const first =
      current?.querySelector<HTMLElement>('[data-first]:not(:disabled)') ??
      current?.querySelector<HTMLElement>('h3');
    first?.focus();
  }, []);
  const conflicting = conflict !== null;
  // What is wrong comes into view.
  useEffect(() => {
    if (Object.keys(messages).length > 0) {
      form.current
        ?.querySelector<HTMLElement>('[aria-invalid="true"]')
        ?.focus();
    }
  }, [messages]);
  useEffect(() => {
    // The button that was pressed may be disabled now.
    if (conflicting) {
      const box = form.current?.querySelector<HTMLElement>('.pd-Conflict');
      box?.focus({ preventScroll: true });
      box?.scrollIntoView?.({ block: 'start' });
    }
  }, [conflicting]);

  const open = (conflict ?? []).some(found =>
    undecided(found, editing.choices)
  );
  return (
    <form
      ref={form}
      className="pd-Form"
      aria-busy={saving}
      noValidate
      onSubmit={event => {
        event.preventDefault();
        if (!saving && !open) {
          void editing.save();
        }
      }}
    >
      <div className="pd-Form-body">
        <h3 tabIndex={-1}>{title}</h3>
        {readOnly && <p className="pd-Hint">{readOnly}</p>}
        {children}
      </div>
      <div className="pd-Form-foot">
        {problem && (
          <p className="pd-Form-problem" role="alert">
            {problem.message}
          </p>
        )}
        {gone && (
          <p className="pd-Form-problem" role="alert">
            {trans.__(
              'It was deleted while you were editing. Nothing that you typed is lost: create it again, or leave.'
            )}
          </p>
        )}
        <div className="pd-Form-actions">
          {onDelete && !gone && (
            <button type="button" className="pd-Button" onClick={onDelete}>
              {trans.__('Delete…')}
            </button>
          )}
          <span className="pd-grow" />
          <button type="button" className="pd-Button" onClick={onClose}>
            {readOnly ? trans.__('Back') : trans.__('Cancel')}
          </button>
          {!readOnly && (
            <button
              type="submit"
              className="pd-Button pd-mod-primary"
              disabled={saving || open || (!dirty && !fresh)}
            >
              {saving
                ? trans.__('Saving…')
                : gone
                  ? trans.__('Create again')
                  : trans.__('Save')}
            </button>
          )}
        </div>
      </div>
    </form>
  );
}
