import React from 'react';

export interface IUpdateFormProps {
  id: string;
  /** Whether a person can see it. */
  active: boolean;
}

/** Changes a deployment. */
export function UpdateForm({ id }: IUpdateFormProps): JSX.Element {
  return <p>{id}</p>;
}
