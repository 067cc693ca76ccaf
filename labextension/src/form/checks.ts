import type { TranslationBundle } from '@jupyterlab/translation';

import { RULES } from '../api/rules';
import { IDraft, IPair, MASK, modelOf } from '../model/drafts';

/** What is wrong, by field: those of the API; a row of the environment is `env#2`, one that was sent `env.NAME`. */
export type Messages = Readonly<Record<string, string>>;

interface IRule {
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly words?: string;
}

interface IRowsRule {
  readonly most: number;
  readonly key: IRule;
  readonly value: IRule;
}

/** What is wrong with a draft, as far as the server's own rules tell; empty when nothing is. */
export function check(draft: IDraft, trans: TranslationBundle): Messages {
  const wrong: Record<string, string> = {};
  const note = (field: string, message: string | null) => {
    if (message !== null) {
      wrong[field] = message;
    }
  };
  const name = draft.name.trim();
  note('name', name === '' ? trans.__('Give it a name') : nameProblem(name));
  note('id', draft.id === '' ? null : problem(draft.id, RULES.id, trans));
  if (modelOf(draft) === null) {
    wrong['model'] = trans.__('Choose a model');
  }
  note('replicas', countProblem(draft.replicas, trans));
  note('description', problem(draft.description, RULES.description, trans));
  note(
    'update_message',
    problem(draft.updateMessage, RULES.update_message, trans)
  );
  Object.assign(wrong, rowsProblems('env', draft.env, RULES.env, trans));
  Object.assign(
    wrong,
    rowsProblems('metadata', draft.metadata, RULES.metadata, trans)
  );
  return wrong;
}

/** Rows that somebody began; those that are wholly empty are left out of what is sent. */
export const filled = (rows: readonly IPair[]): readonly IPair[] =>
  rows.filter(({ name, value }) => name.trim() !== '' || value !== '');

/** A whole number of replicas; null when the text is none. */
export function replicasOf(text: string): number | null {
  const { minimum, maximum } = RULES.replicas;
  const number = /^[0-9]{1,6}$/.test(text.trim()) ? Number(text.trim()) : NaN;
  return number >= minimum && number <= maximum ? number : null;
}

function countProblem(text: string, trans: TranslationBundle): string | null {
  const { minimum, maximum } = RULES.replicas;
  return replicasOf(text) === null
    ? trans.__('A whole number from %1 to %2', minimum, maximum)
    : null;
}

/** The rule of names is one of characters, not of a pattern; the server has the last word. */
function nameProblem(name: string): string | null {
  const { words } = RULES.name;
  const most = Number(/ to ([0-9]+) /.exec(words)?.[1] ?? RULES.name.maxLength);
  const fits =
    [...name].length <= most &&
    /[\p{L}\p{N}]/u.test(name) &&
    !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(name);
  return fits ? null : words;
}

function problem(
  text: string,
  { pattern, maxLength, words }: IRule,
  trans: TranslationBundle
): string | null {
  if (pattern !== undefined && !new RegExp(pattern).test(text)) {
    return words ?? trans.__('This can’t be used');
  }
  return maxLength !== undefined && [...text].length > maxLength
    ? trans.__('At most %1 characters', maxLength)
    : null;
}

function rowsProblems(
  field: 'env' | 'metadata',
  rows: readonly IPair[],
  { most, key, value }: IRowsRule,
  trans: TranslationBundle
): Record<string, string> {
  const wrong: Record<string, string> = {};
  const seen = new Set<string>();
  rows.forEach((row, index) => {
    const name = row.name.trim();
    const message =
      name === ''
        ? row.value === ''
          ? null
          : trans.__('Give it a name')
        : seen.has(name)
          ? trans.__('This name is there already')
          : isLost(row)
            ? trans.__('Enter its value again, or remove the row')
            : (problem(name, key, trans) ?? problem(row.value, value, trans));
    seen.add(name);
    if (message !== null) {
      wrong[`${field}#${index}`] = message;
    }
  });
  if (filled(rows).length > most) {
    wrong[field] = trans.__('At most %1', most);
  }
  return wrong;
}

/** What was said against a row, by this page or by the server. */
export function rowMessage(
  messages: Messages,
  field: 'env' | 'metadata',
  index: number,
  name: string
): string | undefined {
  return messages[`${field}#${index}`] ?? messages[`${field}.${name.trim()}`];
}

/** Environment values that have to be typed again: they are never shown, so that they can't be copied or kept. */
export function missingValues(draft: IDraft): readonly string[] {
  return draft.env.filter(isLost).map(({ name }) => name.trim());
}

export const isLost = ({ lost, value }: IPair): boolean =>
  lost === true && value === '';

export const isHidden = (value: string): boolean => value === MASK;
