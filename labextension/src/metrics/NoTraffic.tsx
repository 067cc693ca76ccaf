import React from 'react';

import { useDetail } from '../detail/context';
import { useResource } from '../model/binding';
import { servedModel } from '../model/serving';
import { callOf, curl } from '../try/snippets';
import { Snippet } from '../ui/CopyButton';
import { useNavigation } from '../ui/navigation';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';

/** Nobody called the model yet: how to. */
export function NoTraffic(): JSX.Element {
  const trans = useTranslation();
  const { deployment } = useDetail();
  const { details } = useSession();
  const { go } = useNavigation();
  const { id, status } = deployment;
  const revisions = useResource(details(id).revisions, false).value;
  const call = callOf(deployment, servedModel(deployment, revisions));
  return (
    <section className="pd-NoTraffic">
      <h3>{trans.__('No traffic yet')}</h3>
      {status.phase === 'Stopped' ? (
        <p>
          {trans.__('It is stopped: start it, then call it in a terminal:')}
        </p>
      ) : (
        <p>
          {trans.__(
            'Nobody called this model since it was created. In a terminal:'
          )}
        </p>
      )}
      <Snippet code={curl(call)} />
      <p>
        {trans.__('What comes in shows here within seconds.')}{' '}
        <button
          type="button"
          className="pd-Link"
          onClick={() => go({ view: 'deployment', id, tab: 'try' })}
        >
          {trans.__('Or try it in the page')}
        </button>
      </p>
    </section>
  );
}
