import React from 'react';

import { useTranslation } from '../ui/translation';
import type { IDrafting } from './useDraft';
import type { ISending } from './useSending';

export interface IActionsProps {
  drafting: IDrafting;
  sending: ISending;
  /** What sends it. */
  label: string;
  /** It can't be sent as it is. */
  disabled?: boolean;
  onDiscard: () => void;
  /** The way out while nothing is tried; left out: there is none. */
  onLeave?: () => void;
}

/** What is done with a form: send, leave or stop waiting, begin anew. */
export function Actions(props: IActionsProps): JSX.Element {
  const { drafting, sending, label, disabled, onDiscard, onLeave } = props;
  const { phase } = sending;
  const trans = useTranslation();
  const busy = phase !== 'typing';
  const onCancel = phase === 'trying' ? sending.cancel : onLeave;
  return (
    <>
      <button
        type="submit"
        className="pd-Button pd-mod-primary"
        aria-busy={busy}
        disabled={disabled}
      >
        {label}
      </button>
      {onCancel && (
        <button type="button" className="pd-Button" onClick={onCancel}>
          {trans.__('Cancel')}
        </button>
      )}
      <span className="pd-grow" />
      {drafting.dirty && !busy && (
        <button type="button" className="pd-Button" onClick={onDiscard}>
          {trans.__('Discard draft')}
        </button>
      )}
    </>
  );
}
