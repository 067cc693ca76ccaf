import React from 'react';

import { useDetail } from '../detail/context';
import { useResource } from '../model/binding';
import { servedModel, servedNumber } from '../model/serving';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { CallCode } from './CallCode';
import { callNotes, dataNote } from './notes';
import { callOf } from './snippets';

/** How to call an endpoint: this deployment's own, with this model's own example. */
export function RunExample({ id }: { id: string }): JSX.Element | null {
  const trans = useTranslation();
  const { details } = useSession();
  const { deployment } = useDetail();
  // What callers reach may be another model than the deployment's own specification tells.
  const another = servedNumber(deployment) !== deployment.revision;
  const { value, problem } = useResource(details(id).revisions, another);
  if (another && value === null && problem === null) {
    return null;
  }
  const model = servedModel(deployment, value);
  return (
    <CallCode
      call={callOf(deployment, model)}
      notes={language => [
        dataNote(model, trans),
        ...callNotes(deployment, language, trans)
      ]}
    />
  );
}
