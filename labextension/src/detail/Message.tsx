import { checkIcon, copyIcon } from '@jupyterlab/ui-components';
import React, { useLayoutEffect, useRef, useState } from 'react';

import { useCopy } from '../ui/CopyButton';
import { useTranslation } from '../ui/translation';

/** What the engine says, in full: some lines of it at first where there are many; copyable. */
export function Message({ text }: { text: string }): JSX.Element {
  const trans = useTranslation();
  const [copied, copy] = useCopy(text);
  const [open, setOpen] = useState(false);
  const [cut, setCut] = useState(false);
  const words = useRef<HTMLParagraphElement>(null);
  useLayoutEffect(() => {
    const element = words.current;
    if (element && !open) {
      setCut(element.scrollHeight > element.clientHeight + 1);
    }
  }, [text, open]);
  const label = copied ? trans.__('Copied') : trans.__('Copy the message');
  const Icon = copied ? checkIcon : copyIcon;
  return (
    <div className="pd-Message">
      <p
        ref={words}
        className={`pd-Message-text${open ? '' : ' pd-mod-clamped'}`}
      >
        {text}
      </p>
      {(cut || open) && (
        <button
          type="button"
          className="pd-Link"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {open ? trans.__('Less') : trans.__('All of it')}
        </button>
      )}
      <button
        type="button"
        className="pd-IconButton pd-Message-copy"
        aria-label={label}
        title={label}
        onClick={copy}
      >
        <Icon.react tag="span" width="14px" />
      </button>
      <span role="status" className="pd-visuallyHidden">
        {copied && trans.__('Copied')}
      </span>
    </div>
  );
}
