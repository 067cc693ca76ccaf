import React, { useId } from 'react';

import { useResource } from '../model/binding';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { useAdmin } from './context';
import { NamesField } from './NamesField';

/** Which groups may use something: all, also those to come, or these. */
export function GroupsField({
  groups,
  disabled,
  message,
  onChange
}: {
  /** null: all. */
  groups: readonly string[] | null;
  disabled?: boolean;
  message?: string;
  onChange: (groups: readonly string[] | null) => void;
}): JSX.Element {
  const trans = useTranslation();
  const { active } = useAdmin();
  const { administration } = useSession();
  const known = useResource(administration.groups, active).value ?? [];
  const name = useId();
  return (
    <fieldset className="pd-Field pd-Choice" disabled={disabled}>
      <legend>{trans.__('Available to')}</legend>
      <label>
        <input
          type="radio"
          name={name}
          checked={groups === null}
          onChange={() => onChange(null)}
        />
        {trans.__('All groups')}
      </label>
      <label>
        <input
          type="radio"
          name={name}
          checked={groups !== null}
          onChange={() => onChange([])}
        />
        {trans.__('These groups alone')}
      </label>
      {groups !== null && (
        <NamesField
          label={trans.__('Groups')}
          names={groups}
          known={known.map(group => group.name)}
          disabled={disabled}
          message={message}
          placeholder={trans.__('Add a group')}
          hint={
            groups.length === 0
              ? trans.__('None yet: nobody can use it.')
              : undefined
          }
          onChange={onChange}
        />
      )}
    </fieldset>
  );
}
