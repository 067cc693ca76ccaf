import { checkIcon, copyIcon } from '@jupyterlab/ui-components';
import React, {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useState
} from 'react';

import { CheckGlyph, CopyGlyph } from './glyphs';
import { useSession } from './session';
import { useTranslation } from './translation';

/** How the host puts text on the clipboard. */
export const CopyContext = createContext<(text: string) => void>(
  () => undefined
);

const SHOWN_FOR = 2000;

/** Copy something, and whether that was just done. */
export function useCopy(text: string): [copied: boolean, copy: () => void] {
  const copyText = useContext(CopyContext);
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (copied) {
      const timer = setTimeout(() => setCopied(false), SHOWN_FOR);
      return () => clearTimeout(timer);
    }
  }, [copied]);
  const copy = useCallback(() => {
    copyText(text);
    setCopied(true);
  }, [copyText, text]);
  return [copied, copy];
}

/** Lines of code with a button that copies them. */
export function Snippet({ code }: { code: string }): JSX.Element {
  const trans = useTranslation();
  const [copied, copy] = useCopy(code);
  const label = copied ? trans.__('Copied') : trans.__('Copy');
  const Icon = copied ? checkIcon : copyIcon;
  return (
    <div className="pd-Snippet">
      <pre tabIndex={0}>{code}</pre>
      <button
        type="button"
        className="pd-Snippet-copy"
        onClick={copy}
        aria-label={label}
        title={label}
      >
        <Icon.react tag="span" width="16px" />
      </button>
      <span role="status" className="pd-visuallyHidden">
        {copied && trans.__('Copied')}
      </span>
    </div>
  );
}

/** Where the end of an address begins that tells it from others; of a mere host, nowhere. */
function tailOf(url: string): number {
  const cut = url.replace(/\/$/, '').lastIndexOf('/');
  return url[cut - 1] === '/' ? url.length : cut;
}

/**
 * An endpoint that copies itself. What tells endpoints apart is their end, so that is what stays
 * readable when there is little room.
 */
export function Endpoint({ url }: { url: string }): JSX.Element {
  const trans = useTranslation();
  const { tell } = useSession();
  const [copied, copy] = useCopy(url);
  const cut = tailOf(url);
  return (
    <button
      type="button"
      className="pd-Endpoint"
      onClick={() => {
        copy();
        tell(trans.__('Endpoint copied'));
      }}
      title={url}
      aria-label={trans.__('Copy endpoint %1', url)}
    >
      <span className="pd-Endpoint-url" aria-hidden="true">
        <span className="pd-Endpoint-head">{url.slice(0, cut)}</span>
        <span className="pd-Endpoint-tail">{url.slice(cut)}</span>
      </span>
      <span
        className={`pd-Endpoint-icon${copied ? ' pd-mod-copied' : ''}`}
        aria-hidden="true"
      >
        {copied ? <CheckGlyph /> : <CopyGlyph />}
      </span>
    </button>
  );
}
