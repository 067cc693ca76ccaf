import React from 'react';

import { HOME } from '../model/place';
import { useNavigation } from '../ui/navigation';
import { Notice } from '../ui/notices';
import { useTranslation } from '../ui/translation';
import { useDetail } from './context';

/** There is no such deployment, or not for the caller. */
export function Unknown({ id }: { id: string }): JSX.Element {
  const trans = useTranslation();
  return (
    <Notice title={trans.__('No deployment %1', id)}>
      <p>
        {trans.__(
          'It was deleted, or it belongs to a group that you are not in. Ids are complete: a part of one finds nothing.'
        )}
      </p>
      <ToAll />
    </Notice>
  );
}

/** It was there a moment ago. */
export function Gone(): JSX.Element {
  const trans = useTranslation();
  const { deployment } = useDetail();
  return (
    <Notice title={trans.__('%1 is gone', deployment.name)}>
      <p>
        {trans.__(
          'It was deleted while you looked, or you may no longer see it. Its endpoint answers 404.'
        )}
      </p>
      <ToAll />
    </Notice>
  );
}

function ToAll(): JSX.Element {
  const trans = useTranslation();
  const { go } = useNavigation();
  return (
    <button type="button" className="pd-Button" onClick={() => go(HOME)}>
      {trans.__('Show all deployments')}
    </button>
  );
}
