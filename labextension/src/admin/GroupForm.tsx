import React, { useCallback, useId, useMemo } from 'react';

import type { Group } from '../api/contract';
import { membersObstacle, settingsObstacle } from '../model/permissions';
import { parseCount, parseCpu, parseMemory } from '../model/quantities';
import { QUOTA_NAMES, QuotaName, amount, quotaTitle } from '../ui/QuotaBars';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { groupTitle } from '../ui/vocabulary';
import type { IItemFormProps } from './Catalogue';
import { ConflictBox } from './ConflictBox';
import { useAdmin } from './context';
import { IEditing, useEditing } from './editing';
import { Switch, TextField } from './Field';
import { FormPage } from './FormPage';
import { useGroupUpdate } from './groupActions';
import {
  checkAmounts,
  groupChange,
  groupDraft,
  newGroup,
  sameAmount
} from './groupDraft';
import { NamesField } from './NamesField';
import { obstacleWords } from './obstacles';

/** Settings and people of a group. */
export function GroupForm(props: IItemFormProps<Group>): JSX.Element {
  const { item: group, onClose, onDelete } = props;
  const trans = useTranslation();
  const { me, route } = useAdmin();
  const { administration, me: meResource } = useSession();
  const { client } = administration;

  const update = useGroupUpdate();
  const { name } = route;
  const draftOf = useCallback(
    (saved: Group | null) => groupDraft(saved, name),
    [name]
  );
  const editing = useEditing<Group>({
    saved: group,
    draftOf,
    same: sameAmount,
    check: draft => checkAmounts(draft, trans),
    save: (draft, changed, against) =>
      against
        ? update(against.name, groupChange(draft, changed), against.version)
        : client.createGroup(newGroup(draft)),
    reload: () => client.group(group!.name),
    onSaved: () => {
      void administration.groups.refresh();
      void meResource.refresh();
      onClose(true);
    }
  });

  const settings = settingsObstacle(me, group ?? undefined);
  const members = membersObstacle(me, group ?? undefined);
  return (
    <FormPage
      title={
        group ? trans.__('Group %1', groupTitle(group)) : trans.__('New group')
      }
      editing={editing}
      readOnly={settings && members ? obstacleWords(settings, trans) : ''}
      onClose={() => onClose()}
      onDelete={onDelete}
    >
      <Conflict editing={editing} />
      <fieldset className="pd-Form-part">
        <legend>{trans.__('Settings')}</legend>
        {settings && !members && (
          <p className="pd-Hint">{obstacleWords(settings, trans)}</p>
        )}
        <Settings
          group={group}
          editing={editing}
          disabled={settings !== null}
        />
      </fieldset>
      <fieldset className="pd-Form-part">
        <legend>{trans.__('People')}</legend>
        <NamesField
          label={trans.__('Members')}
          hint={
            members && !settings
              ? obstacleWords(members, trans)
              : trans.__('They own the deployments of the group together.')
          }
          placeholder={trans.__('Add a user name')}
          names={editing.draft['members'] as readonly string[]}
          message={editing.messages['members']}
          disabled={members !== null}
          onChange={names => editing.change('members', names)}
        />
        <NamesField
          label={trans.__('Group admins')}
          hint={
            settings && !members
              ? obstacleWords(settings, trans)
              : members && !settings
                ? trans.__('Members who also read its audit log.')
                : trans.__('They also manage the members.')
          }
          placeholder={trans.__('Add a user name')}
          names={editing.draft['admins'] as readonly string[]}
          known={editing.draft['members'] as readonly string[]}
          message={editing.messages['admins']}
          disabled={settings !== null}
          onChange={names => editing.change('admins', names)}
        />
      </fieldset>
    </FormPage>
  );
}

function Conflict({ editing }: { editing: IEditing }): JSX.Element {
  const trans = useTranslation();
  const titles = {
    display_name: trans.__('Display name'),
    enabled: trans.__('Enable Model Deployment'),
    members: trans.__('Members'),
    admins: trans.__('Group admins'),
    ...Object.fromEntries(
      QUOTA_NAMES.map(name => [name, quotaTitle(name, trans)])
    )
  };
  const empty = Object.fromEntries(
    QUOTA_NAMES.map(name => [name, trans.__('unlimited')])
  );
  return <ConflictBox editing={editing} titles={titles} empty={empty} />;
}

function Settings({
  group,
  editing,
  disabled
}: {
  group: Group | null;
  editing: IEditing;
  disabled: boolean;
}): JSX.Element {
  const trans = useTranslation();
  const { draft, change, messages } = editing;
  const explained = useId();
  return (
    <>
      {group === null && (
        <TextField
          label={trans.__('Name')}
          hint={trans.__('Stays as it is: programs and people call it so.')}
          value={draft['name'] as string}
          message={messages['name']}
          first
          onChange={name => change('name', name)}
        />
      )}
      <TextField
        label={trans.__('Display name')}
        value={draft['display_name'] as string}
        placeholder={group?.name}
        message={messages['display_name']}
        disabled={disabled}
        first={group !== null}
        onChange={name => change('display_name', name)}
      />
      <div className="pd-Field">
        <Switch
          label={trans.__('Enable Model Deployment')}
          described={explained}
          checked={draft['enabled'] as boolean}
          disabled={disabled}
          onChange={enabled => change('enabled', enabled)}
        >
          {trans.__('Enable Model Deployment')}
        </Switch>
        <p className="pd-Field-hint" id={explained}>
          {trans.__(
            'Off: its members can make and start nothing. What runs is never stopped without asking.'
          )}
        </p>
      </div>
      <div className="pd-Form-grid">
        {QUOTA_NAMES.map(name => (
          <QuotaField
            key={name}
            name={name}
            group={group}
            editing={editing}
            disabled={disabled}
          />
        ))}
      </div>
    </>
  );
}

function QuotaField({
  name,
  group,
  editing,
  disabled
}: {
  name: QuotaName;
  group: Group | null;
  editing: IEditing;
  disabled: boolean;
}): JSX.Element {
  const trans = useTranslation();
  const text = editing.draft[name] as string;
  const used = group?.usage[name] ?? 0;
  const hint = useMemo(() => {
    if (!group) {
      return name === 'cpu'
        ? trans.__('such as 0.5 or 16')
        : name === 'memory'
          ? trans.__('such as 512Mi or 64Gi')
          : undefined;
    }
    const wanted = valueOf(name, text);
    const inUse = trans.__('in use: %1', amount(name, used, trans));
    return wanted !== null && wanted < used
      ? trans.__(
          '%1. What runs goes on; nothing more can be started until less is used.',
          inUse
        )
      : inUse;
  }, [group, name, text, used, trans]);
  return (
    <TextField
      label={trans.__('%1 quota', quotaTitle(name, trans))}
      hint={hint}
      message={editing.messages[name]}
      placeholder={trans.__('unlimited')}
      value={text}
      type={name === 'gpu' || name === 'deployments' ? 'number' : 'text'}
      disabled={disabled}
      onChange={value => editing.change(name, value)}
    />
  );
}

function valueOf(name: QuotaName, text: string): number | null {
  switch (name) {
    case 'cpu':
      return parseCpu(text);
    case 'memory':
      return parseMemory(text);
    default:
      return parseCount(text);
  }
}
