import React from 'react';

/** How to call a deployment, in several languages. */
export function RunExample({ id }: { id: string }): JSX.Element {
  return <p>{id}</p>;
}
