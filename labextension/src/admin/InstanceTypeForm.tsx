import React from 'react';

import type { InstanceType, InstanceTypeChange } from '../api/contract';
import { settingsObstacle } from '../model/permissions';
import { parseCount } from '../model/quantities';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import type { IItemFormProps } from './Catalogue';
import { useAdmin } from './context';
import { reloaded, useEditing } from './editing';
import { TextField } from './Field';
import { checkAmounts, limit, limitsDraft, sameAmount } from './groupDraft';
import { ItemForm } from './ItemForm';
import { Draft, text } from './merge';

/** What an instance type stands for, and who may use it. */
export function InstanceTypeForm(
  props: IItemFormProps<InstanceType>
): JSX.Element {
  const { item: kind, onClose } = props;
  const trans = useTranslation();
  const { me } = useAdmin();
  const { administration } = useSession();
  const { client, instanceTypes } = administration;
  const editing = useEditing<InstanceType>({
    saved: kind,
    draftOf,
    same: sameAmount,
    check: draft => checkAmounts(draft, trans),
    save: (draft, changed, against) =>
      against
        ? client.updateInstanceType(
            against.name,
            body(draft, changed),
            against.version
          )
        : client.createInstanceType({
            ...body(draft, new Set(Object.keys(draft))),
            name: text(draft, 'name')
          }),
    reload: () => reloaded(instanceTypes, kind!.name),
    onSaved: () => {
      void instanceTypes.refresh();
      onClose(true);
    }
  });
  const { draft, change, messages } = editing;
  const obstacle = settingsObstacle(me);
  const disabled = obstacle !== null;
  const everything = trans.__('all of the machine');
  return (
    <ItemForm
      {...props}
      title={
        kind
          ? trans.__('Instance type %1', kind.display_name || kind.name)
          : trans.__('New instance type')
      }
      editing={editing}
      obstacle={obstacle}
      titles={{
        display_name: trans.__('Display name'),
        description: trans.__('Description'),
        cpu: trans.__('CPU'),
        memory: trans.__('Memory'),
        gpu: trans.__('GPU')
      }}
      empty={{ cpu: everything, memory: everything }}
    >
      <TextField
        label={trans.__('Display name')}
        placeholder={kind?.name}
        value={text(draft, 'display_name')}
        message={messages['display_name']}
        disabled={disabled}
        first={kind !== null}
        onChange={value => change('display_name', value)}
      />
      <TextField
        label={trans.__('Description')}
        value={text(draft, 'description')}
        message={messages['description']}
        disabled={disabled}
        onChange={value => change('description', value)}
      />
      <div className="pd-Form-grid">
        <TextField
          label={trans.__('CPU')}
          hint={trans.__('cores, such as 0.5 or 4')}
          placeholder={everything}
          value={text(draft, 'cpu')}
          message={messages['cpu']}
          disabled={disabled}
          onChange={value => change('cpu', value)}
        />
        <TextField
          label={trans.__('Memory')}
          hint={trans.__('such as 512Mi or 4Gi')}
          placeholder={everything}
          value={text(draft, 'memory')}
          message={messages['memory']}
          disabled={disabled}
          onChange={value => change('memory', value)}
        />
        <TextField
          label={trans.__('GPU')}
          hint={trans.__('whole devices')}
          placeholder="0"
          type="number"
          value={text(draft, 'gpu')}
          message={messages['gpu']}
          disabled={disabled}
          onChange={value => change('gpu', value)}
        />
      </div>
      {kind && !disabled && (
        <p className="pd-Field-hint">
          {trans.__(
            'What runs keeps the amounts that it was started with; its next change takes the new ones.'
          )}
        </p>
      )}
    </ItemForm>
  );
}

function draftOf(kind: InstanceType | null): Draft {
  return {
    name: kind?.name ?? '',
    display_name: kind?.display_name ?? '',
    description: kind?.description ?? '',
    ...limitsDraft(kind ?? undefined),
    gpu: kind?.gpu ? String(kind.gpu) : '',
    groups: kind?.groups ?? null
  };
}

function body(draft: Draft, changed: ReadonlySet<string>): InstanceTypeChange {
  const values: Record<string, unknown> = {
    display_name: draft['display_name'],
    description: draft['description'],
    cpu: limit(draft, 'cpu'),
    memory: limit(draft, 'memory'),
    gpu: parseCount(text(draft, 'gpu')) ?? 0,
    groups: draft['groups']
  };
  return Object.fromEntries(
    Object.entries(values).filter(([field]) => changed.has(field))
  );
}
