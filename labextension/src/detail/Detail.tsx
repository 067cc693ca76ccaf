import React from 'react';

import type { DetailTab } from '../model/place';

export interface IDetailProps {
  id: string;
  tab?: DetailTab;
  /** Whether a person can see it. */
  active: boolean;
}

/** One deployment: what it is, what it does, and what can be done with it. */
export function Detail({ id }: IDetailProps): JSX.Element {
  return <p>{id}</p>;
}
