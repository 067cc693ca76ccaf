import React from 'react';

import { useTranslation } from '../ui/translation';

/** Whether the model is tried before anything changes: it is, unless somebody says no. */
export function SkipTrial({
  skip,
  disabled,
  onChange
}: {
  skip: boolean;
  disabled: boolean;
  onChange: (skip: boolean) => void;
}): JSX.Element {
  const trans = useTranslation();
  return (
    <label className="pd-Check pd-DeployForm-skip">
      <input
        type="checkbox"
        checked={skip}
        disabled={disabled}
        onChange={event => onChange(event.target.checked)}
      />
      {trans.__('Deploy without trying the model first')}
    </label>
  );
}
