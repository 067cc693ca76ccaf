import React from 'react';

export interface ICreateFormProps {
  /** Key of what the form begins with, where something prepared it (`model/drafts.ts`). */
  draft?: string;
  /** Whether a person can see it. */
  active: boolean;
}

/** Makes a new deployment. */
export function CreateForm({ draft }: ICreateFormProps): JSX.Element {
  return <p>{draft}</p>;
}
