import React from 'react';

import { Loaded } from '../admin/Loaded';
import { useResource } from '../model/binding';
import { useSession } from '../ui/session';
import { useNow } from '../ui/time';
import { useTranslation } from '../ui/translation';
import { AddClient } from './AddClient';
import { ClientList } from './ClientList';
import { useDetail } from './context';
import { Section } from './parts';
import type { ITabProps } from './tab';
import { useAccessControls } from './useAccessControls';

/** Who may call the endpoint. */
export function Access({ id, active }: ITabProps): JSX.Element {
  const trans = useTranslation();
  const { deployment, me, writable } = useDetail();
  const { clients } = useSession().details(id);
  const state = useResource(clients, active);
  const now = useNow(30_000, active);
  const { busy, makePrivate, open, add, revoke } = useAccessControls();
  const hidden = deployment.spec.access === 'private';
  const { model } = deployment.spec;
  const alone = !!model.image && !model.artifact && !hidden;
  // Until that is known, nothing is denied: the server refuses with words.
  const able = (me?.engine.private ?? true) && !alone;
  return (
    <>
      <Section title={trans.__('Who may call')} className="pd-Access">
        <p>
          <strong>{hidden ? trans.__('Private.') : trans.__('Public.')}</strong>{' '}
          {hidden
            ? trans.__(
                'Only its clients, each with a token of their own. Calls without one are answered with 401.'
              )
            : trans.__('Whoever reaches the gateway, without a token.')}
        </p>
        {able ? (
          writable && (
            <button
              type="button"
              className="pd-Button"
              aria-busy={busy}
              onClick={hidden ? open : makePrivate}
            >
              {hidden
                ? trans.__('Open it to all…')
                : trans.__('Make it private…')}
            </button>
          )
        ) : (
          <p className="pd-Hint">
            {alone
              ? trans.__(
                  'An image that serves by itself can’t tell who calls: let the Ingress or gateway in front of it ask for a login.'
                )
              : trans.__(
                  'The engine “%1” has no private endpoints: whoever reaches its gateway may call.',
                  deployment.engine
                )}
          </p>
        )}
      </Section>
      {able && (
        <Section title={trans.__('Clients')} className="pd-Access">
          {!hidden && (
            <p className="pd-quiet">
              {trans.__(
                'Not asked for while the endpoint is public. They count as soon as it is private.'
              )}
            </p>
          )}
          <Loaded
            state={state}
            what={trans.__('Loading the clients…')}
            refresh={clients.refresh}
          >
            {items =>
              items.length > 0 ? (
                <ClientList clients={items} now={now} onRevoke={revoke} />
              ) : (
                <p className="pd-Empty">
                  {hidden
                    ? trans.__(
                        'There is none: nobody but this page can call. Add one.'
                      )
                    : trans.__('There is none.')}
                </p>
              )
            }
          </Loaded>
          {writable && <AddClient onAdd={add} />}
        </Section>
      )}
    </>
  );
}
