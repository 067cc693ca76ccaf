import React from 'react';

import type { Deployment } from '../api/contract';
import { useResource } from '../model/binding';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';

/** The instance type of a deployment; one that its group can no longer choose is marked. */
export function SizeName({ spec, group }: Deployment): JSX.Element {
  const trans = useTranslation();
  const me = useResource(useSession().me, true).value;
  const owner = me?.groups.find(({ name }) => name === group);
  const { instance_type } = spec;
  const gone = owner && !owner.instance_types.includes(instance_type);
  return (
    <span title={instance_type}>
      {instance_type}
      {gone && (
        <span className="pd-Deleted"> {trans.__('deleted or withdrawn')}</span>
      )}
    </span>
  );
}
