import React, { useId, useState } from 'react';

import type { Group } from '../api/contract';
import { Confirm } from '../ui/dialogs';
import { useTranslation } from '../ui/translation';
import { INamed, RunningList } from './RunningList';

/** What becomes of the deployments of a group that is deleted; `none`: it has none. */
export type Fate = 'none' | 'keep' | 'delete';

export interface IDeleteGroupDialogProps {
  /** One that is gone already has only its deployments left to delete. */
  group: Pick<Group, 'name' | 'deleted'>;
  /** Its deployments. */
  owned: readonly INamed[];
  onAnswer: (fate: Fate | null) => void;
}

/** A group is deleted: for one that owns deployments, its name has to be typed. */
export function DeleteGroupDialog(props: IDeleteGroupDialogProps): JSX.Element {
  const { group, owned, onAnswer } = props;
  const { name, deleted } = group;
  const trans = useTranslation();
  const [chosen, setChosen] = useState<Fate>('keep');
  const used = owned.length > 0;
  const fate: Fate = deleted ? 'delete' : used ? chosen : 'none';
  return (
    <Confirm
      title={
        deleted
          ? trans.__('Delete all that the deleted group %1 left?', name)
          : trans.__('Delete the group %1?', name)
      }
      action={
        deleted
          ? trans.__('Delete deployments')
          : fate === 'delete'
            ? trans.__('Delete group and deployments')
            : trans.__('Delete group')
      }
      typed={used ? name : undefined}
      danger
      onAnswer={confirmed => onAnswer(confirmed ? fate : null)}
    >
      {used ? (
        <>
          <p>
            {trans._n(
              'It owns %1 deployment:',
              'It owns %1 deployments:',
              owned.length
            )}
          </p>
          <RunningList deployments={owned} />
          {deleted ? (
            <p>
              {trans.__(
                'Their endpoints, histories and clients are lost. This can’t be undone.'
              )}
            </p>
          ) : (
            <Fates fate={chosen} onFate={setChosen} />
          )}
        </>
      ) : (
        <p>
          {trans.__(
            'It owns no deployments. Its quotas and its list of members are lost.'
          )}
        </p>
      )}
    </Confirm>
  );
}

function Fates({
  fate,
  onFate
}: {
  fate: Fate;
  onFate: (fate: Fate) => void;
}): JSX.Element {
  const trans = useTranslation();
  const name = useId();
  return (
    <fieldset className="pd-Field pd-Choice">
      <legend>{trans.__('What becomes of them')}</legend>
      <label>
        <input
          type="radio"
          name={name}
          checked={fate === 'keep'}
          onChange={() => onFate('keep')}
        />
        {trans.__('Keep them: they run on, and only administrators see them')}
      </label>
      <label>
        <input
          type="radio"
          name={name}
          checked={fate === 'delete'}
          onChange={() => onFate('delete')}
        />
        {trans.__('Delete them too, with their endpoints and history')}
      </label>
    </fieldset>
  );
}
