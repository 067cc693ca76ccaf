import React, { PropsWithChildren } from 'react';

import type { Obstacle } from '../model/permissions';
import { useTranslation } from '../ui/translation';
import type { IItemFormProps } from './Catalogue';
import { ConflictBox } from './ConflictBox';
import type { IEditing } from './editing';
import { TextField } from './Field';
import { FormPage } from './FormPage';
import { GroupsField } from './GroupsField';
import { text } from './merge';
import { obstacleWords } from './obstacles';

export interface IItemFormPageProps extends IItemFormProps<{ name: string }> {
  title: string;
  editing: IEditing;
  /** Why nothing can be changed. */
  obstacle: Obstacle;
  /** What its own fields are called. */
  titles: Readonly<Record<string, string>>;
  /** What their absence means. */
  empty?: Readonly<Record<string, string>>;
}

/** The form of something that groups may use: a name that stays, fields of its own, and who may use it. */
export function ItemForm(
  props: PropsWithChildren<IItemFormPageProps>
): JSX.Element {
  const { item, editing, obstacle, titles, empty, onClose, children } = props;
  const trans = useTranslation();
  const { draft, change, messages } = editing;
  return (
    <FormPage
      title={props.title}
      editing={editing}
      readOnly={obstacleWords(obstacle, trans)}
      onClose={() => onClose()}
      onDelete={props.onDelete}
    >
      <ConflictBox
        editing={editing}
        titles={{ ...titles, groups: trans.__('Available to') }}
        empty={empty}
      />
      {item === null && (
        <TextField
          label={trans.__('Name')}
          hint={trans.__('Stays as it is: lower-case letters, digits, - and .')}
          value={text(draft, 'name')}
          message={messages['name']}
          first
          onChange={value => change('name', value)}
        />
      )}
      {children}
      <GroupsField
        groups={draft['groups'] as readonly string[] | null}
        disabled={obstacle !== null}
        message={messages['groups']}
        onChange={value => change('groups', value)}
      />
    </FormPage>
  );
}
