import React from 'react';

import type { ITabProps } from '../detail/tab';

export function Metrics({ id }: ITabProps): JSX.Element {
  return <p>{id}</p>;
}
