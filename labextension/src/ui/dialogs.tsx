import React, {
  PropsWithChildren,
  createContext,
  useCallback,
  useContext,
  useId,
  useLayoutEffect,
  useRef,
  useState
} from 'react';

import { useTranslation } from './translation';

interface IModalProps {
  title: string;
  /** Escape: nothing happens. */
  onCancel: () => void;
}

/**
 * A question that has to be answered first. The browser keeps the focus inside, and gives it back; what should have
 * it first is marked `data-first`.
 */
export function Modal({
  title,
  onCancel,
  children
}: PropsWithChildren<IModalProps>): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useLayoutEffect(() => {
    const element = dialog.current!;
    element.showModal();
    element.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => element.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="pd-Modal"
      aria-labelledby={heading}
      // A notebook would take keys that are typed here for its own.
      data-lm-suppress-shortcuts="true"
      onCancel={event => {
        event.preventDefault();
        onCancel();
      }}
    >
      <h3 id={heading}>{title}</h3>
      {children}
    </dialog>
  );
}

export interface IConfirmProps {
  title: string;
  /** What the button does, in words: never "OK". */
  action: string;
  /** What has to be typed first: for what can't be undone and somebody may miss. */
  typed?: string;
  /** Something is lost. */
  danger?: boolean;
  onAnswer: (confirmed: boolean) => void;
}

/** Asks whether to do something. */
export function Confirm(props: PropsWithChildren<IConfirmProps>): JSX.Element {
  const { title, action, typed, danger, onAnswer, children } = props;
  const trans = useTranslation();
  const [text, setText] = useState('');
  const ready = !typed || text === typed;
  const input = useId();
  return (
    <Modal title={title} onCancel={() => onAnswer(false)}>
      <form
        onSubmit={event => {
          event.preventDefault();
          if (ready) {
            onAnswer(true);
          }
        }}
      >
        {children}
        {typed && (
          <div className="pd-Field">
            <label htmlFor={input}>
              {trans.__('Type “%1” to confirm', typed)}
            </label>
            <input
              id={input}
              type="text"
              data-first
              autoComplete="off"
              spellCheck={false}
              value={text}
              onChange={event => setText(event.target.value)}
            />
          </div>
        )}
        <div className="pd-Modal-actions">
          <button
            type="button"
            className="pd-Button"
            data-first={typed ? undefined : true}
            onClick={() => onAnswer(false)}
          >
            {trans.__('Cancel')}
          </button>
          <button
            type="submit"
            className={`pd-Button ${danger ? 'pd-mod-danger' : 'pd-mod-primary'}`}
            disabled={!ready}
          >
            {action}
          </button>
        </div>
      </form>
    </Modal>
  );
}

/** Show a dialog and wait for its answer. */
export type Ask = <T>(
  draw: (answer: (value: T) => void) => JSX.Element
) => Promise<T>;

const AskContext = createContext<Ask>(() =>
  Promise.reject(new Error('there is no AskProvider'))
);

export const useAsk = (): Ask => useContext(AskContext);

/** Where dialogs of what is inside appear. */
export function AskProvider({ children }: PropsWithChildren): JSX.Element {
  const [dialog, setDialog] = useState<JSX.Element | null>(null);
  const ask = useCallback<Ask>(
    draw =>
      new Promise(resolve =>
        setDialog(
          draw(value => {
            setDialog(null);
            resolve(value);
          })
        )
      ),
    []
  );
  return (
    <AskContext.Provider value={ask}>
      {children}
      {dialog}
    </AskContext.Provider>
  );
}
