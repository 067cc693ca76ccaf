import React from 'react';

import type { Deployment } from '../api/contract';
import { useTranslation } from './translation';

/** That another tool made a deployment, and keeps it as it is: why nothing can be changed here. */
export function MadeBy({
  deployment
}: {
  deployment: Deployment;
}): JSX.Element | null {
  const trans = useTranslation();
  const { managed_by: tool } = deployment;
  return tool ? (
    <span
      className="pd-MadeBy"
      title={trans.__(
        'Made by %1: it is shown here, and changed there. A clone of it is yours to change.',
        tool
      )}
    >
      {trans.__('made by %1', tool)}
    </span>
  ) : null;
}
