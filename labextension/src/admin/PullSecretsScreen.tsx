import React, { useMemo } from 'react';

import type { PullSecretInfo } from '../api/contract';
import { useResource } from '../model/binding';
import { settingsObstacle } from '../model/permissions';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { Catalogue } from './Catalogue';
import { useAdmin } from './context';
import { GroupNames } from './GroupNames';
import type { IColumn } from './ItemTable';
import { Loaded } from './Loaded';
import { obstacleWords } from './obstacles';
import { ItemTitle } from './parts';
import { PullSecretForm } from './PullSecretForm';
import { useDeletion } from './useDeletion';

/** No specification names one yet, so that nothing can be said about their use. */
const NO_USERS = () => [];

/** Logins for image registries. */
export function PullSecretsScreen(): JSX.Element {
  const trans = useTranslation();
  const { me, active } = useAdmin();
  const { administration } = useSession();
  const { client, pullSecrets } = administration;
  const state = useResource(pullSecrets, active);
  const columns = useColumns();
  const remove = useDeletion<PullSecretInfo>({
    title: ({ name }) => trans.__('Delete the pull secret %1?', name),
    words: trans.__(
      'Its password is lost. What runs goes on; images that need it can’t be pulled again.'
    ),
    users: NO_USERS,
    send: ({ name, version }) => client.deletePullSecret(name, version),
    refresh: pullSecrets.refresh
  });
  return (
    <Loaded
      state={state}
      what={trans.__('Loading the pull secrets…')}
      refresh={pullSecrets.refresh}
    >
      {secrets => (
        <Catalogue
          screen="pull-secrets"
          title={trans.__('Pull secrets')}
          items={secrets}
          columns={columns}
          form={PullSecretForm}
          remove={remove}
          removeLabel={({ name }) =>
            trans.__('Delete the pull secret %1', name)
          }
          create={trans.__('New pull secret')}
          empty={{
            title: trans.__('No pull secrets yet'),
            words: trans.__(
              'They are needed for images in registries that ask for a login.'
            )
          }}
          head={
            <p className="pd-ListHead-words">
              {obstacleWords(settingsObstacle(me), trans) ||
                trans.__(
                  'Logins for image registries. Members see their names alone.'
                )}
            </p>
          }
        />
      )}
    </Loaded>
  );
}

function useColumns(): IColumn<PullSecretInfo>[] {
  const trans = useTranslation();
  const { navigate } = useAdmin();
  return useMemo(
    () => [
      {
        key: 'name',
        title: trans.__('Name'),
        draw: ({ name }) => (
          <ItemTitle
            title={name}
            note=""
            onOpen={() => navigate({ screen: 'pull-secrets', item: name })}
          />
        )
      },
      {
        key: 'registry',
        title: trans.__('Registry'),
        labelled: true,
        draw: ({ registry }) => <span className="pd-breakable">{registry}</span>
      },
      {
        key: 'username',
        title: trans.__('User name'),
        labelled: true,
        draw: ({ username }) => username
      },
      {
        key: 'groups',
        title: trans.__('Available to'),
        labelled: true,
        draw: ({ groups }) => <GroupNames names={groups} />
      }
    ],
    [trans, navigate]
  );
}
