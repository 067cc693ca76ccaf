import React, { useState } from 'react';

import type { Deployment, Model } from '../api/contract';
import { useTranslation } from '../ui/translation';
import { CallCode } from './CallCode';
import { Draft, bodyOf } from './editing';
import { callNotes } from './notes';
import { Json, isInferRequest } from './oip';

/** The request that is written, as code. */
export function AsCode({
  deployment,
  model,
  draft,
  path
}: {
  deployment: Deployment;
  model: Model;
  draft: Draft;
  /** Where an image that serves by itself is asked; null: what runs in ours speaks our protocols. */
  path: string | null;
}): JSX.Element {
  const trans = useTranslation();
  const [open, setOpen] = useState(false);
  const body = open ? bodyOf(draft) : undefined;
  const asked = isInferRequest(body) ? body : null;
  const whole = path === null ? asked !== null : body !== undefined;
  return (
    <details
      className="pd-Try-code"
      onToggle={event => setOpen(event.currentTarget.open)}
    >
      <summary>{trans.__('This request as code')}</summary>
      {open &&
        (whole ? (
          <CallCode
            call={{
              deployment,
              isPrivate: deployment.spec.access === 'private',
              signature: model.signature,
              request: asked,
              plain:
                path === null
                  ? undefined
                  : { path: path === '/' ? '' : path, body: body as Json }
            }}
            notes={language => callNotes(deployment, language, trans)}
          />
        ) : (
          <p className="pd-quiet">
            {trans.__('Mend what is marked in the request first.')}
          </p>
        ))}
    </details>
  );
}
