import { createContext, useContext } from 'react';

import type { Deployment, Group, InstanceType, Me } from '../api/contract';
import type { IDraft } from '../model/drafts';
import type { Messages } from './checks';
import type { Change } from './useDraft';

/** What every part of a form sees. */
export interface IFormContext {
  readonly me: Me;
  readonly draft: IDraft;
  readonly change: Change;
  readonly set: (changes: Partial<IDraft>) => void;
  /** What is wrong, by field. */
  readonly messages: Messages;
  /** What is changed; null: something new. */
  readonly deployment: Deployment | null;
  /** The group that owns it; undefined: there is none to choose. */
  readonly group: Group | undefined;
  /** Sizes that the group may use; null before they are known. */
  readonly sizes: readonly InstanceType[] | null;
  /** The size that is chosen. */
  readonly size: InstanceType | undefined;
  /** It is being sent: nothing can be typed. */
  readonly busy: boolean;
}

const FormContext = createContext<IFormContext | null>(null);

export const FormProvider = FormContext.Provider;

export function useForm(): IFormContext {
  const context = useContext(FormContext);
  if (context === null) {
    throw new Error('there is no FormProvider');
  }
  return context;
}
