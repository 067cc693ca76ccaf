import type { Signature } from '../api/contract';
import { formatJson } from './literals';
import { IInferRequest, Json } from './oip';
import { TextProblem, readRequest } from './requestText';
import { ITable, isComplete, requestOf, tableOf } from './table';

/** A request on its way to be sent: as fields or as text, of which one is made from the other. */
export type Draft =
  | {
      readonly mode: 'form';
      readonly table: ITable;
      /** What the fields were made from. */
      readonly base: IInferRequest;
    }
  | { readonly mode: 'json'; readonly text: string };

/** What is known of the model that is asked. */
export interface IKnown {
  /** An image that serves by itself is asked: its requests are JSON of whatever form. */
  readonly free?: boolean;
  readonly signature?: Signature | null;
  readonly example: IInferRequest | null;
}

/** Where nobody knows what the model takes, people begin with this. */
const SKELETON: IInferRequest = {
  inputs: [{ name: 'input', datatype: 'FP64', shape: [1, 1], data: [0] }]
};

/** A request to begin with: as fields where it can be. */
export function draftFrom(
  request: IInferRequest | null,
  { free, signature, example }: IKnown
): Draft {
  if (free) {
    return { mode: 'json', text: request ? textOf(request) : '{}' };
  }
  if (request === null) {
    return { mode: 'json', text: textOf(SKELETON) };
  }
  const table = tableOf(request, signature, example);
  return table
    ? { mode: 'form', table, base: request }
    : { mode: 'json', text: textOf(request) };
}

/** A kept text to go on with. */
export function draftFromText(text: string, known: IKnown): Draft {
  const read = readRequest(text);
  return 'request' in read && !known.free
    ? draftFrom(read.request, known)
    : { mode: 'json', text };
}

const textOf = (request: IInferRequest): string =>
  formatJson(request as unknown as Json);

export const asText = (draft: Draft): string =>
  draft.mode === 'json'
    ? draft.text
    : textOf(requestOf(draft.table, draft.base));

/** The same as text. */
export const toJson = (draft: Draft): Draft => ({
  mode: 'json',
  text: asText(draft)
});

/** The same as fields; null where it can't be shown so. */
export function toForm(draft: Draft, known: IKnown): Draft | null {
  if (draft.mode === 'form') {
    return draft;
  }
  const read = readRequest(draft.text);
  const table =
    'request' in read
      ? tableOf(read.request, known.signature, known.example)
      : null;
  return 'request' in read && table
    ? { mode: 'form', table, base: read.request }
    : null;
}

/** What is wrong with it; null: nothing that can be seen from here. */
export function problemOf(
  draft: Draft,
  { free }: Pick<IKnown, 'free'> = {}
): TextProblem | { readonly kind: 'fields' } | null {
  if (draft.mode === 'form') {
    return isComplete(draft.table) ? null : { kind: 'fields' };
  }
  const read = readRequest(draft.text);
  const problem = 'problem' in read ? read.problem : null;
  return free && problem?.kind !== 'json' ? null : problem;
}

/** What is sent; undefined where it can't be. Of a text that is JSON the model may say itself what is wrong. */
export function bodyOf(draft: Draft): unknown {
  if (draft.mode === 'form') {
    return isComplete(draft.table)
      ? requestOf(draft.table, draft.base)
      : undefined;
  }
  try {
    return JSON.parse(draft.text);
  } catch {
    return undefined;
  }
}
