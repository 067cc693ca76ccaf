import React, { useMemo } from 'react';

import type { Deployment, InstanceType } from '../api/contract';
import { useDeployments, useResource } from '../model/binding';
import { IShownType, deletedTypes, usersByType } from '../model/instanceTypes';
import { settingsObstacle } from '../model/permissions';
import { formatMemory } from '../model/quantities';
import { amount } from '../ui/QuotaBars';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { Catalogue } from './Catalogue';
import { useAdmin } from './context';
import { GroupNames } from './GroupNames';
import { InstanceTypeForm } from './InstanceTypeForm';
import type { IColumn } from './ItemTable';
import { Loaded } from './Loaded';
import { obstacleWords } from './obstacles';
import { ItemTitle } from './parts';
import { useDeletion } from './useDeletion';

/** What one replica may be given. */
export function InstanceTypesScreen(): JSX.Element {
  const trans = useTranslation();
  const { active } = useAdmin();
  const { administration } = useSession();
  const { instanceTypes, deployments: store } = administration;
  const state = useResource(instanceTypes, active);
  const { deployments } = useDeployments(store, active);
  return (
    <Loaded
      state={state}
      what={trans.__('Loading the instance types…')}
      refresh={instanceTypes.refresh}
    >
      {types => <InstanceTypes types={types} deployments={deployments} />}
    </Loaded>
  );
}

function InstanceTypes({
  types,
  deployments
}: {
  types: readonly InstanceType[];
  deployments: readonly Deployment[];
}): JSX.Element {
  const trans = useTranslation();
  const { me } = useAdmin();
  const { administration } = useSession();
  const users = useMemo(() => usersByType(deployments), [deployments]);
  const shown = useMemo(
    () => [...types, ...deletedTypes(types, deployments)],
    [types, deployments]
  );
  const remove = useDeletion<IShownType>({
    title: ({ name }) => trans.__('Delete the instance type %1?', name),
    words: trans.__(
      'Nobody can choose it any more. What was started with it keeps what it has, and shows it as deleted.'
    ),
    users: ({ name }) => users.get(name) ?? [],
    send: ({ name, version }) =>
      administration.client.deleteInstanceType(name, version),
    refresh: administration.instanceTypes.refresh
  });
  return (
    <Catalogue<IShownType>
      screen="instance-types"
      title={trans.__('Instance types')}
      items={shown}
      columns={useColumns(users)}
      form={InstanceTypeForm}
      remove={remove}
      removeLabel={({ name }) => trans.__('Delete the instance type %1', name)}
      removable={({ deleted }) => !deleted}
      create={trans.__('New instance type')}
      empty={{
        title: trans.__('No instance types yet'),
        words: trans.__(
          'Without one nobody can deploy. Make one that says how much CPU and memory a replica may take.'
        )
      }}
      head={
        <p className="pd-ListHead-words">
          {obstacleWords(settingsObstacle(me), trans) ||
            trans.__('What one replica is given. The first is the default.')}
        </p>
      }
    />
  );
}

function useColumns(
  users: ReadonlyMap<string, readonly Deployment[]>
): IColumn<IShownType>[] {
  const trans = useTranslation();
  return useMemo(
    () => [
      {
        key: 'name',
        title: trans.__('Name'),
        draw: one => <TypeName type={one} />
      },
      {
        key: 'cpu',
        title: trans.__('CPU'),
        labelled: true,
        draw: ({ cpu }) =>
          cpu === null ? <Everything /> : amount('cpu', cpu, trans)
      },
      {
        key: 'memory',
        title: trans.__('Memory'),
        labelled: true,
        draw: ({ memory }) =>
          memory === null ? <Everything /> : formatMemory(memory)
      },
      {
        key: 'gpu',
        title: trans.__('GPU'),
        labelled: true,
        draw: ({ gpu }) => gpu
      },
      {
        key: 'groups',
        title: trans.__('Available to'),
        labelled: true,
        draw: ({ deleted, groups }) =>
          deleted ? '–' : <GroupNames names={groups} />
      },
      {
        key: 'users',
        title: trans.__('Used by'),
        labelled: true,
        draw: ({ name }) => {
          const count = users.get(name)?.length ?? 0;
          return count === 0
            ? trans.__('nothing')
            : trans._n('%1 deployment', '%1 deployments', count);
        }
      }
    ],
    [trans, users]
  );
}

function TypeName({ type }: { type: IShownType }): JSX.Element {
  const trans = useTranslation();
  const { navigate } = useAdmin();
  const { name, display_name, description } = type;
  return type.deleted ? (
    <div className="pd-ItemTitle">
      <span className="pd-Item-title">{name}</span>
      <p className="pd-Deleted">{trans.__('deleted; what runs keeps it')}</p>
    </div>
  ) : (
    <ItemTitle
      title={display_name || name}
      note={[display_name && name, description].filter(Boolean).join(' · ')}
      onOpen={() => navigate({ screen: 'instance-types', item: name })}
    />
  );
}

/** No limit of its own. */
function Everything(): JSX.Element {
  const trans = useTranslation();
  return (
    <span
      className="pd-quiet"
      title={trans.__('No limit: as much as the machine has')}
    >
      {trans.__('all of the machine')}
    </span>
  );
}
