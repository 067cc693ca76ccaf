import type { IDraft } from '../model/drafts';

/** Under which name the API, and so what is said against it, knows each field of a form. */
export const API_FIELDS: Readonly<Partial<Record<keyof IDraft, string>>> = {
  instanceType: 'instance_type',
  updateMessage: 'update_message'
};

export const apiField = (field: string): string =>
  API_FIELDS[field as keyof IDraft] ?? field;
