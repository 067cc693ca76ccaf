/**
 * What two people made of the same thing at once: pure, for any form.
 */

/** What a form holds: texts, switches and lists of names; null means "all". */
export type FieldValue = string | boolean | readonly string[] | null;

export type Draft = Readonly<Record<string, FieldValue>>;

/** A text field of a draft. */
export function text(draft: Draft, field: string): string {
  return draft[field] as string;
}

/** Which of two values to keep; `both` puts lists together. */
export type Choice = 'mine' | 'theirs' | 'both';

export interface IDifference {
  field: string;
  theirs: FieldValue;
  mine: FieldValue;
  /** Both changed it, to different values: somebody has to choose. Else theirs is taken over. */
  contested: boolean;
}

/** Tells whether two values of a field mean the same. */
export type Same = (
  field: string,
  left: FieldValue,
  right: FieldValue
) => boolean;

/** Equal texts and switches, and lists of the same names in any order. */
export const sameValue: Same = (_field, left, right) => {
  if (Array.isArray(left) && Array.isArray(right)) {
    return (
      left.length === right.length &&
      left.every(name => (right as readonly string[]).includes(name as string))
    );
  }
  return left === right;
};

/** Names of the fields that differ. */
export function changedFields(
  before: Draft,
  after: Draft,
  same: Same
): Set<string> {
  return new Set(
    Object.keys(after).filter(
      field => !same(field, before[field]!, after[field]!)
    )
  );
}

/** The fields that somebody else changed, unless I changed them to the same. */
export function differences(
  base: Draft,
  theirs: Draft,
  mine: Draft,
  same: Same
): IDifference[] {
  const ours = changedFields(base, mine, same);
  return [...changedFields(base, theirs, same)]
    .filter(field => !same(field, theirs[field]!, mine[field]!))
    .map(field => ({
      field,
      theirs: theirs[field]!,
      mine: mine[field]!,
      contested: ours.has(field)
    }));
}

/** Lists can be put together: this is what is chosen unless somebody chooses otherwise. */
export function defaultChoice({
  contested,
  theirs,
  mine
}: IDifference): Choice | null {
  if (!contested) {
    return 'theirs';
  }
  return Array.isArray(theirs) && Array.isArray(mine) ? 'both' : null;
}

/** My draft on top of theirs, as chosen. */
export function merged(
  base: Draft,
  found: readonly IDifference[],
  mine: Draft,
  choices: Readonly<Record<string, Choice>>
): Draft {
  const result: Record<string, FieldValue> = { ...mine };
  for (const difference of found) {
    const { field, theirs } = difference;
    const choice = choices[field] ?? defaultChoice(difference);
    if (choice === 'theirs') {
      result[field] = theirs;
    } else if (choice === 'both') {
      result[field] = together(base[field]!, theirs, difference.mine);
    }
  }
  return result;
}

/** Both people's additions and removals. */
export function together(
  base: FieldValue,
  theirs: FieldValue,
  mine: FieldValue
): FieldValue {
  const before = new Set((base as readonly string[] | null) ?? []);
  const kept = new Set(mine as readonly string[]);
  const result = (theirs as readonly string[]).filter(
    name => kept.has(name) || !before.has(name)
  );
  const added = (mine as readonly string[]).filter(
    name => !before.has(name) && !result.includes(name)
  );
  return [...result, ...added];
}
