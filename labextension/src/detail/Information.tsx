import React from 'react';

import type { ITabProps } from './tab';

export function Information({ id }: ITabProps): JSX.Element {
  return <p>{id}</p>;
}
