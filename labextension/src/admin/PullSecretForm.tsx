import React from 'react';

import type { PullSecretChange, PullSecretInfo } from '../api/contract';
import { settingsObstacle } from '../model/permissions';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import type { IItemFormProps } from './Catalogue';
import { useAdmin } from './context';
import { reloaded, useEditing } from './editing';
import { TextField } from './Field';
import { ItemForm } from './ItemForm';
import { Draft, text } from './merge';

/** A login for an image registry; its password goes in and never comes out. */
export function PullSecretForm(
  props: IItemFormProps<PullSecretInfo>
): JSX.Element {
  const { item: secret, onClose } = props;
  const trans = useTranslation();
  const { me } = useAdmin();
  const { administration } = useSession();
  const { client, pullSecrets } = administration;
  const editing = useEditing<PullSecretInfo>({
    saved: secret,
    draftOf,
    save: (draft, changed, against) =>
      against
        ? client.updatePullSecret(
            against.name,
            body(draft, changed),
            against.version
          )
        : client.createPullSecret({
            ...body(draft, new Set(Object.keys(draft))),
            name: text(draft, 'name').trim()
          }),
    reload: () => reloaded(pullSecrets, secret!.name),
    onSaved: () => {
      void pullSecrets.refresh();
      onClose(true);
    }
  });
  const { draft, change, messages } = editing;
  const obstacle = settingsObstacle(me);
  const disabled = obstacle !== null;
  return (
    <ItemForm
      {...props}
      title={
        secret
          ? trans.__('Pull secret %1', secret.name)
          : trans.__('New pull secret')
      }
      editing={editing}
      obstacle={obstacle}
      titles={{
        registry: trans.__('Registry'),
        username: trans.__('User name')
      }}
    >
      <TextField
        label={trans.__('Registry')}
        hint={trans.__('such as registry.example.com:5000')}
        value={text(draft, 'registry')}
        message={messages['registry']}
        disabled={disabled}
        first={secret !== null}
        onChange={value => change('registry', value)}
      />
      <TextField
        label={trans.__('User name')}
        value={text(draft, 'username')}
        message={messages['username']}
        disabled={disabled}
        onChange={value => change('username', value)}
      />
      <TextField
        label={trans.__('Password or token')}
        hint={
          secret
            ? trans.__('Left empty, it stays as it is. Nobody can read it.')
            : trans.__('Nobody can read it afterwards.')
        }
        type="password"
        value={text(draft, 'password')}
        placeholder={secret ? '••••••••' : undefined}
        message={messages['password']}
        disabled={disabled}
        onChange={value => change('password', value)}
      />
    </ItemForm>
  );
}

function draftOf(secret: PullSecretInfo | null): Draft {
  return {
    name: secret?.name ?? '',
    registry: secret?.registry ?? '',
    username: secret?.username ?? '',
    password: '',
    groups: secret?.groups ?? null
  };
}

function body(draft: Draft, changed: ReadonlySet<string>): PullSecretChange {
  const values: Record<string, unknown> = {
    registry: text(draft, 'registry').trim(),
    username: text(draft, 'username').trim(),
    password: text(draft, 'password'),
    groups: draft['groups']
  };
  return Object.fromEntries(
    Object.entries(values).filter(([field]) => changed.has(field))
  );
}
