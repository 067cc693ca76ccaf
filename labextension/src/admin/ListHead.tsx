import { addIcon } from '@jupyterlab/ui-components';
import React, { PropsWithChildren } from 'react';

/** Above a list: its search and filters, and what makes something new. */
export function ListHead({
  create,
  onCreate,
  children
}: PropsWithChildren<{
  /** What the button makes. */
  create?: string;
  /** Left out: nothing can be made here. */
  onCreate?: () => void;
}>): JSX.Element {
  return (
    <div className="pd-ListHead">
      {children}
      {onCreate && (
        <button
          type="button"
          className="pd-Button pd-mod-primary pd-mod-icon"
          onClick={onCreate}
        >
          <addIcon.react tag="span" width="16px" />
          {create}
        </button>
      )}
    </div>
  );
}
