import { useCallback, useMemo, useState } from 'react';

import { ApiError } from '../api/errors';
import type { Resource } from '../model/resource';
import {
  Choice,
  Draft,
  FieldValue,
  IDifference,
  Same,
  changedFields,
  defaultChoice,
  differences,
  merged,
  sameValue
} from './merge';

/** Thrown by `save` when the user thinks better of it. */
export class Cancelled extends Error {}

export interface IEditingOptions<S extends { version: number }> {
  /** What is edited; null: something new. */
  saved: S | null;
  draftOf: (saved: S | null) => Draft;
  /** What is wrong with a draft, by field: what needs no server to know. */
  check?: (draft: Draft) => Record<string, string>;
  same?: Same;
  /** Send it. `against` is what the caller saw, null for something new. */
  save: (
    draft: Draft,
    changed: ReadonlySet<string>,
    against: S | null
  ) => Promise<unknown>;
  /** What the server has now, when somebody else was quicker. */
  reload: () => Promise<S>;
  onSaved: () => void;
}

export interface IEditing {
  readonly draft: Draft;
  readonly change: (field: string, value: FieldValue) => void;
  /** Something was typed that isn't saved. */
  readonly dirty: boolean;
  readonly saving: boolean;
  /** What the server, or a rule, says against a field. */
  readonly messages: Readonly<Record<string, string>>;
  /** Why it wasn't saved; null when nothing is wrong. */
  readonly problem: Error | null;
  /** What somebody else changed meanwhile; null when nobody did. */
  readonly conflict: readonly IDifference[] | null;
  readonly choices: Readonly<Record<string, Choice>>;
  readonly choose: (field: string, choice: Choice) => void;
  /** Saving makes something new. */
  readonly fresh: boolean;
  /** What is edited was deleted meanwhile: saving makes it anew. */
  readonly gone: boolean;
  readonly save: () => Promise<void>;
}

/**
 * Edit something that others may edit too: only what was changed is sent, with the version that was seen, and
 * nothing that was typed is lost whatever the answer.
 */
export function useEditing<S extends { version: number }>(
  options: IEditingOptions<S>
): IEditing {
  const { draftOf, save: send, reload, onSaved, check } = options;
  const same = options.same ?? sameValue;
  const [base, setBase] = useState(options.saved);
  const [draft, setDraft] = useState(() => draftOf(options.saved));
  const [theirs, setTheirs] = useState<S | null>(null);
  const [choices, setChoices] = useState<Record<string, Choice>>({});
  const [messages, setMessages] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState<Error | null>(null);
  const [saving, setSaving] = useState(false);
  const [gone, setGone] = useState(false);

  const before = useMemo(() => draftOf(base), [draftOf, base]);
  const conflict = useMemo(
    () => (theirs ? differences(before, draftOf(theirs), draft, same) : null),
    [theirs, before, draftOf, draft, same]
  );
  const change = useCallback((field: string, value: FieldValue) => {
    setDraft(now => ({ ...now, [field]: value }));
    setMessages(now => without(now, field));
  }, []);
  const choose = useCallback(
    (field: string, choice: Choice) =>
      setChoices(now => ({ ...now, [field]: choice })),
    []
  );

  const fail = async (error: unknown): Promise<void> => {
    if (error instanceof Cancelled) {
      return;
    }
    if (base && isStale(error)) {
      try {
        const found = await reload();
        if (changedFields(draftOf(found), draft, same).size === 0) {
          // It is saved as I want it, and something else went wrong.
          setBase(found);
          setTheirs(null);
          setProblem(error as Error);
          return;
        }
        if (found.version !== (theirs ?? base).version) {
          setTheirs(found);
          setChoices({});
          return;
        }
      } catch (again) {
        if (again instanceof ApiError && again.status === 404) {
          setGone(true);
          setBase(null);
          return;
        }
      }
    }
    if (base && error instanceof ApiError && error.status === 404) {
      setGone(true);
      setBase(null);
      return;
    }
    setMessages(messagesOf(error));
    setProblem(error instanceof Error ? error : new Error(String(error)));
  };

  const save = async (): Promise<void> => {
    setProblem(null);
    const final = conflict ? merged(before, conflict, draft, choices) : draft;
    const wrong = check?.(final) ?? {};
    setMessages(wrong);
    if (Object.keys(wrong).length > 0) {
      return;
    }
    const against = theirs ?? base;
    const changed = changedFields(draftOf(against), final, same);
    if (against && changed.size === 0) {
      onSaved();
      return;
    }
    setSaving(true);
    try {
      await send(final, changed, against);
      onSaved();
    } catch (error) {
      await fail(error);
    } finally {
      setSaving(false);
    }
  };

  return {
    draft,
    change,
    dirty: changedFields(before, draft, same).size > 0,
    saving,
    messages,
    problem,
    conflict,
    choices,
    choose,
    fresh: base === null,
    gone,
    save
  };
}

/** Whether a difference still waits for a choice. */
export const undecided = (
  difference: IDifference,
  choices: Readonly<Record<string, Choice>>
): boolean => (choices[difference.field] ?? defaultChoice(difference)) === null;

/** Somebody else changed it since it was read. */
function isStale(error: unknown): boolean {
  return (
    error instanceof ApiError &&
    error.status === 409 &&
    error.code === 'conflict'
  );
}

/** What the server says against fields: `quota.cpu` and `members.3` are `cpu` and `members` here. */
function messagesOf(error: unknown): Record<string, string> {
  const messages: Record<string, string> = {};
  if (error instanceof ApiError) {
    for (const { field = '', message = '' } of error.body.fields) {
      const [name = ''] = field.replace(/^quota\./, '').split('.');
      messages[name] = message;
    }
    if (error.code === 'already_exists') {
      messages['name'] ??= error.message;
    }
  }
  return messages;
}

function without(
  messages: Record<string, string>,
  field: string
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(messages).filter(([name]) => name !== field)
  );
}

/**
 * What the server has now, where there is only a list of all.
 *
 * @throws ApiError
 *   404: it is gone.
 */
export async function reloaded<T extends { name: string }>(
  resource: Resource<T[]>,
  name: string
): Promise<T> {
  await resource.refresh();
  const { value, problem } = resource.getState();
  if (problem) {
    throw problem;
  }
  const found = value?.find(item => item.name === name);
  if (!found) {
    throw new ApiError(404, {
      code: 'not_found',
      message: `there is no ${name}`,
      fields: [],
      details: {}
    });
  }
  return found;
}
