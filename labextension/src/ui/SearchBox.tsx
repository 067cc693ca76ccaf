import { searchIcon } from '@jupyterlab/ui-components';
import React from 'react';

export interface ISearchBoxProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

export function SearchBox(props: ISearchBoxProps): JSX.Element {
  const { label, value, onChange } = props;
  return (
    <div className="pd-Search">
      <searchIcon.react tag="span" width="16px" className="pd-Search-icon" />
      <input
        type="search"
        value={value}
        placeholder={label}
        aria-label={label}
        onChange={event => onChange(event.target.value)}
      />
    </div>
  );
}
