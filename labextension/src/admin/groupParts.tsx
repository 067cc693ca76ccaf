import React from 'react';

import type { Deployment, Group } from '../api/contract';
import { settingsObstacle } from '../model/permissions';
import { useTranslation } from '../ui/translation';
import { groupTitle } from '../ui/vocabulary';
import { NEW, useAdmin } from './context';
import { ItemTitle } from './parts';

/** The name of a group; of one that is gone, what is left of it and the ways out. */
export function GroupName({
  group,
  deployments
}: {
  group: Group;
  deployments: readonly Deployment[];
}): JSX.Element {
  const trans = useTranslation();
  const { me, navigate } = useAdmin();
  const { name } = group;
  if (!group.deleted) {
    return (
      <ItemTitle
        title={groupTitle(group)}
        note={group.display_name === name ? '' : name}
        onOpen={() => navigate({ screen: 'groups', item: name })}
      />
    );
  }
  const owned = deployments.filter(one => one.group === name).length;
  return (
    <div>
      <span className="pd-Item-title">{groupTitle(group)}</span>
      <p className="pd-Deleted">
        {owned === 0
          ? trans.__('deleted')
          : trans._n(
              'deleted, still owns %1 deployment',
              'deleted, still owns %1 deployments',
              owned
            )}
      </p>
      <p className="pd-Links">
        <button
          type="button"
          className="pd-Link"
          onClick={() => navigate({ screen: 'deployments', group: name })}
        >
          {trans.__('Show its deployments')}
        </button>
        {settingsObstacle(me) === null && (
          <button
            type="button"
            className="pd-Link"
            onClick={() => navigate({ screen: 'groups', item: NEW, name })}
          >
            {trans.__('Add it again')}
          </button>
        )}
      </p>
    </div>
  );
}

/** How many people; who manages them on hover. */
export function Members({ group }: { group: Group }): JSX.Element {
  const trans = useTranslation();
  const admins = group.admins ?? [];
  const people = new Set([...(group.members ?? []), ...admins]).size;
  return (
    <span
      title={
        admins.length > 0
          ? trans.__('Group admins: %1', admins.join(', '))
          : undefined
      }
    >
      {trans._n('%1 member', '%1 members', people)}
    </span>
  );
}
