import React, { useState } from 'react';

import type { Client, ClientToken, Deployment } from '../api/contract';
import { Confirm, useAsk } from '../ui/dialogs';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { firstClientName, isExpired, isLocalOnly } from './clients';
import { useDetail } from './context';
import { TokenDialog } from './TokenDialog';

export interface IAccessControls {
  busy: boolean;
  makePrivate: () => void;
  open: () => void;
  add: (name: string, expires_at: string | null) => Promise<void>;
  revoke: (client: Client) => void;
}

/** What can be done about who may call, with a question before. */
export function useAccessControls(): IAccessControls {
  const trans = useTranslation();
  const { deployment, me } = useDetail();
  const { client, details, report } = useSession();
  const ask = useAsk();
  const [busy, setBusy] = useState(false);
  const { id, name, endpoint, revision } = deployment;
  const { clients } = details(id);

  const showToken = (token: ClientToken, now: Deployment) =>
    ask<void>(stored => (
      <TokenDialog token={token} deployment={now} onStored={stored} />
    ));

  /** Do it once at a time; what the server says against it is reported. */
  const attempt = async (work: () => Promise<void>) => {
    if (busy) {
      return;
    }
    setBusy(true);
    try {
      await work();
    } catch (problem) {
      report(problem);
    } finally {
      setBusy(false);
    }
  };

  const makePrivate = async () => {
    const known = await client.clients(id);
    const living = known.filter(one => !isExpired(one, Date.now()));
    const first =
      living.length > 0 ? null : firstClientName(me?.user ?? '', known);
    const confirmed = await ask<boolean>(answer => (
      <Confirm
        title={trans.__('Make %1 private?', name)}
        action={trans.__('Make it private')}
        onAnswer={answer}
      >
        <p>
          {trans.__(
            'From then on, calls without a token are answered with 401. Nothing is restarted.'
          )}
        </p>
        <p>
          {first === null
            ? trans._n(
                'Its %1 client can go on calling.',
                'Its %1 clients can go on calling.',
                living.length
              )
            : trans.__(
                'A first client, “%1”, is added with it, and its token shown once.',
                first
              )}
        </p>
      </Confirm>
    ));
    if (!confirmed) {
      return;
    }
    const token =
      first === null ? null : await client.addClient(id, { name: first });
    try {
      const now = await client.update(id, { access: 'private' }, revision);
      if (token) {
        // Behind the dialog is what is true now.
        void clients.refresh();
        await showToken(token, now);
      }
    } catch (problem) {
      // Whose token nobody has seen must not stay.
      if (token) {
        await client.removeClient(id, token.client.name);
      }
      throw problem;
    } finally {
      await clients.refresh();
    }
  };

  const open = async () => {
    const known = await client.clients(id);
    const confirmed = await ask<boolean>(answer => (
      <Confirm
        title={trans.__('Open %1 to all?', name)}
        action={trans.__('Open it to all')}
        danger
        onAnswer={answer}
      >
        <p>
          {isLocalOnly(endpoint)
            ? trans.__(
                'Everybody with an account on the machine of this server, and every program on it, can then call it without a token:'
              )
            : trans.__(
                'Everybody who reaches %1 over the network can then call it without a token:',
                new URL(endpoint).host
              )}
        </p>
        <p className="pd-breakable">
          <code>{endpoint}</code>
        </p>
        {known.length > 0 && (
          <p>
            {trans._n(
              'Its %1 client is kept, for when it is private again.',
              'Its %1 clients are kept, for when it is private again.',
              known.length
            )}
          </p>
        )}
      </Confirm>
    ));
    if (confirmed) {
      await client.update(id, { access: 'public' }, revision);
    }
  };

  const add = async (newcomer: string, expires_at: string | null) => {
    const token = await client.addClient(id, { name: newcomer, expires_at });
    void clients.refresh();
    const { spec } = deployment;
    await showToken(token, {
      ...deployment,
      // It works there too, and it is what the token is for.
      spec: { ...spec, access: 'private' }
    });
  };

  const revoke = async ({ name: whom, last_used_at }: Client) => {
    const confirmed = await ask<boolean>(answer => (
      <Confirm
        title={trans.__('Revoke %1?', whom)}
        action={trans.__('Revoke')}
        danger
        onAnswer={answer}
      >
        <p>
          {trans.__(
            'Its token stops working at once and can’t be brought back. Whoever uses it needs a new one.'
          )}
        </p>
        {!last_used_at && <p>{trans.__('It was never used.')}</p>}
      </Confirm>
    ));
    if (confirmed) {
      await client.removeClient(id, whom);
      await clients.refresh();
    }
  };

  return {
    busy,
    makePrivate: () => void attempt(makePrivate),
    open: () => void attempt(open),
    add,
    revoke: one => void attempt(() => revoke(one))
  };
}
