import React from 'react';

import type { ClientToken, Deployment } from '../api/contract';
import { curlOf } from '../model/curl';
import { Snippet } from '../ui/CopyButton';
import { Modal } from '../ui/dialogs';
import { internalNote, isInternal } from '../ui/internal';
import { useTranslation } from '../ui/translation';

/** The token of a client, this once: it goes away only when the reader says that they have it. */
export function TokenDialog({
  token,
  deployment,
  onStored
}: {
  token: ClientToken;
  /** As it is now: its endpoint is private. */
  deployment: Deployment;
  onStored: () => void;
}): JSX.Element {
  const trans = useTranslation();
  const { name } = token.client;
  return (
    <Modal
      title={trans.__('Token of %1', name)}
      // Escape is pressed too easily for something that is shown once.
      onCancel={() => undefined}
    >
      <p>
        {trans.__(
          'This is the only time it is shown: the server keeps no more than a hash of it. Copy it to where passwords are kept.'
        )}
      </p>
      <h4>{trans.__('Token')}</h4>
      <Snippet code={token.token} />
      <h4>{trans.__('A call with it')}</h4>
      <Snippet code={curlOf(deployment, `${name}:${token.token}`)} />
      {isInternal(deployment.endpoint) && (
        <p className="pd-quiet">{internalNote(trans)}</p>
      )}
      <div className="pd-Modal-actions">
        <button
          type="button"
          className="pd-Button pd-mod-primary"
          data-first
          onClick={onStored}
        >
          {trans.__('I have stored it')}
        </button>
      </div>
    </Modal>
  );
}
