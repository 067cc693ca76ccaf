import { caretLeftIcon } from '@jupyterlab/ui-components';
import React, { PropsWithChildren, ReactNode, useEffect, useRef } from 'react';

import { useNavigation } from '../ui/navigation';
import { Refusal } from '../ui/Refusal';
import { useTranslation } from '../ui/translation';
import type { Messages } from './checks';

export interface IShellProps {
  title: string;
  /** What is wrong: the first of it comes into view. */
  messages: Messages;
  /** What went wrong and belongs to no field. */
  problem: Error | null;
  busy: boolean;
  /** What is being done, while it is. */
  doing: string;
  /** Stands right above the buttons. */
  above?: ReactNode;
  /** The first of them is the form's own; at the left, where no notification of JupyterLab lies on it. */
  actions: ReactNode;
  onSubmit: () => void;
}

/** The frame of a form: its title, its parts in one column or two, and what is done with it at the bottom. */
export function Shell(props: PropsWithChildren<IShellProps>): JSX.Element {
  const { title, messages, problem, busy, doing, above, actions } = props;
  const trans = useTranslation();
  const { back } = useNavigation();
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    const first =
      form.current?.querySelector<HTMLElement>('[data-first]:not(:disabled)') ??
      form.current?.querySelector<HTMLElement>('h3');
    first?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    if (Object.keys(messages).length > 0) {
      const wrong = form.current?.querySelector<HTMLElement>(
        '[aria-invalid="true"], .pd-mod-invalid input, .pd-mod-invalid button'
      );
      wrong?.focus();
      wrong?.scrollIntoView?.({ block: 'center' });
    }
  }, [messages]);

  return (
    <form
      ref={form}
      className="pd-Form pd-DeployForm"
      aria-busy={busy}
      aria-label={title}
      noValidate
      onSubmit={event => {
        event.preventDefault();
        if (!busy) {
          props.onSubmit();
        }
      }}
    >
      <header className="pd-DeployForm-head">
        {back && (
          <button
            type="button"
            className="pd-IconButton"
            aria-label={trans.__('Back')}
            title={trans.__('Back')}
            onClick={back}
          >
            <caretLeftIcon.react tag="span" width="20px" />
          </button>
        )}
        <h3 tabIndex={-1}>{title}</h3>
      </header>
      <div className="pd-Form-body">
        <div className="pd-DeployForm-parts">{props.children}</div>
      </div>
      <div className="pd-Form-foot">
        <div className="pd-DeployForm-said">
          {above}
          {problem && (
            <div className="pd-Form-problem" role="alert">
              <Refusal problem={problem} />
            </div>
          )}
          <p
            role="status"
            className={doing ? 'pd-DeployForm-doing' : 'pd-visuallyHidden'}
          >
            {doing}
          </p>
        </div>
        <div className="pd-Form-actions pd-mod-wide">{actions}</div>
      </div>
    </form>
  );
}
