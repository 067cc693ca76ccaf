import React from 'react';

import { Field, IFieldProps } from '../admin/Field';

/** A text of several lines. */
export function TextArea(
  props: IFieldProps & {
    value: string;
    onChange: (value: string) => void;
    rows?: number;
    disabled?: boolean;
  }
): JSX.Element {
  const { value, onChange, rows = 4, disabled } = props;
  return (
    <Field {...props}>
      {ids => (
        <textarea
          {...ids}
          rows={rows}
          value={value}
          disabled={disabled}
          onChange={event => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
