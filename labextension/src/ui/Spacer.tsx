import React from 'react';

/** Holds the place of table rows that are not drawn. */
export function Spacer({ height }: { height: number }): JSX.Element | null {
  return height > 0 ? (
    <tbody aria-hidden="true">
      <tr style={{ height }} />
    </tbody>
  ) : null;
}
