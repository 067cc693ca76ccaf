import React from 'react';

import { useTranslation } from '../ui/translation';

export interface IWaysOut {
  onAgain: () => void;
  onForm: () => void;
  onCancel: () => void;
}

/** What is left to do where there is no model to choose. */
export function WaysOut({ onAgain, onForm, onCancel }: IWaysOut): JSX.Element {
  const trans = useTranslation();
  return (
    <div className="pd-Modal-actions">
      <button type="button" className="pd-Button" onClick={onCancel}>
        {trans.__('Cancel')}
      </button>
      <button type="button" className="pd-Button" onClick={onForm}>
        {trans.__('Empty form')}
      </button>
      <button
        type="button"
        className="pd-Button pd-mod-primary"
        data-first
        onClick={onAgain}
      >
        {trans.__('Look again')}
      </button>
    </div>
  );
}
