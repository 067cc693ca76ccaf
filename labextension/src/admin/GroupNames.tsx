import React from 'react';

import { useTranslation } from '../ui/translation';

/** So many are named, the others counted. */
const NAMED = 3;

/** Which groups may use something; null: all. */
export function GroupNames({
  names
}: {
  names: readonly string[] | null;
}): JSX.Element {
  const trans = useTranslation();
  if (names === null) {
    return <>{trans.__('all groups')}</>;
  }
  if (names.length === 0) {
    return <span className="pd-quiet">{trans.__('no group')}</span>;
  }
  const rest = names.length - NAMED;
  return (
    <span title={names.join(', ')}>
      {names.slice(0, NAMED).join(', ')}
      {rest > 0 && ` ${trans.__('and %1 more', rest)}`}
    </span>
  );
}
