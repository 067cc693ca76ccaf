import React, { useCallback } from 'react';

import type { DriftAnswer, Model } from '../api/contract';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { useAsked } from './useAsked';

/** How the image that a stored model will run in differs from what it was made with, before it runs there. */
export function DriftLine({ model }: { model: Model }): JSX.Element | null {
  const trans = useTranslation();
  const { models } = useSession();
  const ask = useCallback(
    (signal: AbortSignal) => models.drift(model, signal),
    [models, model]
  );
  const { value, asking } = useAsked(ask);
  if (asking) {
    return null;
  }
  const items = value?.items ?? [];
  if (items.length > 0) {
    return (
      <p className="pd-ModelFacts-drift" role="status">
        {trans.__(
          'The image has other versions than the model was made with: %1.',
          items.map(item => words(item)).join(', ')
        )}
      </p>
    );
  }
  return (
    <p className="pd-ModelFacts-line">
      {value?.known && value.unknown?.length === 0
        ? trans.__('The image has the same versions.')
        : trans.__(
            'Nobody knows the versions in the image beforehand: once it runs they are compared with these, and its status names what differs.'
          )}
    </p>
  );

  function words(item: NonNullable<DriftAnswer['items']>[number]): string {
    return item.here
      ? trans.__('%1 %2 (made with %3)', item.package, item.here, item.trained)
      : trans.__('%1 missing (made with %2)', item.package, item.trained);
  }
}
