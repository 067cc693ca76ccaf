import React from 'react';

import { AdminScreen, settingsObstacle } from '../model/permissions';
import { Notice } from '../ui/notices';
import { useTranslation } from '../ui/translation';
import { NEW, useAdmin, useRouted } from './context';
import { IColumn, ItemTable } from './ItemTable';
import { ListHead } from './ListHead';
import { DeleteButton, NotFound } from './parts';

/** What a form of one thing is told. */
export interface IItemFormProps<T> {
  /** null: a new one. */
  item: T | null;
  /** `saved`: nothing is lost. */
  onClose: (saved?: boolean) => void;
  onDelete?: () => void;
}

export interface ICatalogueProps<T> {
  screen: AdminScreen;
  /** What the list is of. */
  title: string;
  items: readonly T[];
  /** Those that a search leaves; left out: all. */
  found?: readonly T[];
  columns: readonly IColumn<T>[];
  form: (props: IItemFormProps<T>) => JSX.Element;
  /** Asks, and deletes; tells whether it is gone. */
  remove: (item: T) => Promise<boolean>;
  /** What the button says that deletes one. */
  removeLabel: (item: T) => string;
  /** Whether this one can be deleted; left out: all can. */
  removable?: (item: T) => boolean;
  /** What the button says that makes a new one. */
  create: string;
  /** What stands where the list would when there is nothing at all. */
  empty: { title: string; words: string };
  /** Above the list: a search, or what it is about. */
  head: React.ReactNode;
  onClearSearch?: () => void;
}

/** Things with a name that can be listed, made, edited and deleted. */
export function Catalogue<T extends { name: string }>(
  props: ICatalogueProps<T>
): JSX.Element {
  const { screen, title, items, found = items, columns, remove } = props;
  const trans = useTranslation();
  const { me, route, navigate } = useAdmin();
  const item = useRouted(items);
  const close = (saved = false) => navigate({ screen }, saved);
  const editable = settingsObstacle(me) === null;

  if (route.item !== undefined) {
    if (item === null && route.item !== NEW) {
      return <NotFound name={route.item} onClose={() => close()} />;
    }
    const Form = props.form;
    return (
      <Form
        key={route.item}
        item={item}
        onClose={close}
        onDelete={
          item && editable
            ? () => void remove(item).then(gone => gone && close(true))
            : undefined
        }
      />
    );
  }
  const actions: IColumn<T> = {
    key: 'actions',
    title: trans.__('Actions'),
    draw: one =>
      props.removable?.(one) !== false && (
        <DeleteButton
          label={props.removeLabel(one)}
          onClick={() => void remove(one)}
        />
      )
  };
  return (
    <>
      <ListHead
        create={props.create}
        onCreate={editable ? () => navigate({ screen, item: NEW }) : undefined}
      >
        {props.head}
      </ListHead>
      {items.length === 0 ? (
        <Notice title={props.empty.title}>
          <p>{props.empty.words}</p>
        </Notice>
      ) : found.length === 0 ? (
        <Notice title={trans.__('The search finds nothing')}>
          <button
            type="button"
            className="pd-Button"
            onClick={props.onClearSearch}
          >
            {trans.__('Clear the search')}
          </button>
        </Notice>
      ) : (
        <ItemTable
          title={title}
          className={`pd-mod-${screen}`}
          items={found}
          columns={editable ? [...columns, actions] : columns}
        />
      )}
    </>
  );
}
