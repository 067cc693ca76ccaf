import { checkIcon, copyIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { useCopy } from '../ui/CopyButton';
import { useTranslation } from '../ui/translation';

/** A short text that copies itself. */
export function CopyText({
  text,
  shown = text,
  what
}: {
  text: string;
  /** In place of the whole text. */
  shown?: string;
  /** Says what pressing does. */
  what: string;
}): JSX.Element {
  const trans = useTranslation();
  const [copied, copy] = useCopy(text);
  const Icon = copied ? checkIcon : copyIcon;
  return (
    <button
      type="button"
      className="pd-CopyText"
      title={what}
      aria-label={trans.__('%1: %2', what, shown)}
      onClick={copy}
    >
      <code className="pd-breakable">{shown}</code>
      <Icon.react tag="span" width="14px" />
      <span role="status" className="pd-visuallyHidden">
        {copied && trans.__('Copied')}
      </span>
    </button>
  );
}
