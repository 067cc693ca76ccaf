import type { LabIcon } from '@jupyterlab/ui-components';
import React from 'react';

export interface IToggleProps {
  icon: LabIcon;
  label: string;
  /** Left out: a button that does something, and keeps no state. */
  pressed?: boolean;
  disabled?: boolean;
  busy?: boolean;
  onPress: () => void;
}

/** A button with an icon, for what is used often. */
export function Toggle(props: IToggleProps): JSX.Element {
  const { icon: Icon, label, pressed, disabled, busy, onPress } = props;
  return (
    <button
      type="button"
      className="pd-IconButton"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      aria-busy={busy}
      disabled={disabled}
      onClick={onPress}
    >
      <Icon.react tag="span" width="16px" />
    </button>
  );
}
