import { deleteIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { Notice } from '../ui/notices';
import { useTranslation } from '../ui/translation';

/** The name of a thing: opens its form. */
export function ItemTitle({
  title,
  note,
  onOpen
}: {
  title: string;
  /** In small letters below it; empty: nothing. */
  note: string;
  onOpen: () => void;
}): JSX.Element {
  return (
    <div className="pd-ItemTitle">
      <button type="button" className="pd-Title" title={title} onClick={onOpen}>
        {title}
      </button>
      {note && <span className="pd-ItemTitle-note">{note}</span>}
    </div>
  );
}

export function DeleteButton({
  label,
  onClick
}: {
  label: string;
  onClick: () => void;
}): JSX.Element {
  return (
    <button
      type="button"
      className="pd-IconButton"
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <deleteIcon.react tag="span" width="16px" />
    </button>
  );
}

/** What was to be edited is gone. */
export function NotFound({
  name,
  onClose
}: {
  name: string;
  onClose: () => void;
}): JSX.Element {
  const trans = useTranslation();
  return (
    <Notice title={trans.__('There is no %1', name)}>
      <p>{trans.__('It was deleted, or you may no longer see it.')}</p>
      <button type="button" className="pd-Button" onClick={onClose}>
        {trans.__('Back to the list')}
      </button>
    </Notice>
  );
}
