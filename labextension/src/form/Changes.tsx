import React from 'react';

import type { Deployment } from '../api/contract';
import type { IDraft } from '../model/drafts';
import { useTranslation } from '../ui/translation';
import { changedIn, restarts } from './body';
import { flattened, sameFlat } from './merging';
import { fieldTitle, fieldWords } from './words';

/** What an update changes, old → new, and what that means for the replicas. */
export function Changes({
  before,
  after,
  deployment
}: {
  before: IDraft;
  after: IDraft;
  deployment: Deployment;
}): JSX.Element {
  const trans = useTranslation();
  const changed = changedIn(before, after);
  const [old, young] = flattened([before, after]);
  const rows = Object.keys(young!).filter(
    field => !sameFlat(field, old![field]!, young![field]!)
  );
  return (
    <section className="pd-Changes" aria-label={trans.__('What changes')}>
      {rows.length === 0 ? (
        <p className="pd-quiet">{trans.__('Nothing is changed yet.')}</p>
      ) : (
        <>
          <h4>{trans.__('What changes')}</h4>
          <dl className="pd-Changes-list">
            {rows.map(field => (
              <div key={field} className="pd-Changes-row">
                <dt>{fieldTitle(field, trans)}</dt>
                <dd>
                  <del>{fieldWords(field, old![field]!, trans) || '–'}</del>
                  <span aria-hidden="true"> → </span>
                  <ins>{fieldWords(field, young![field]!, trans) || '–'}</ins>
                </dd>
              </div>
            ))}
          </dl>
          <p>
            {deployment.spec.stopped
              ? trans.__('It is stopped: its next start takes the change.')
              : restarts(changed, deployment)
                ? trans.__(
                    'Replicas are replaced: new ones become ready first, no request fails.'
                  )
                : changed.has('replicas')
                  ? trans.__('Replicas that stay are not restarted.')
                  : trans.__('Nothing is restarted.')}
          </p>
        </>
      )}
    </section>
  );
}
