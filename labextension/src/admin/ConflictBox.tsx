import React, { useId } from 'react';

import { useTranslation } from '../ui/translation';
import type { IEditing } from './editing';
import { Choice, FieldValue, IDifference, defaultChoice } from './merge';

/** What somebody else changed meanwhile, beside what I typed: each field can be chosen. */
export function ConflictBox({
  editing,
  titles,
  empty = {},
  words
}: {
  editing: Pick<IEditing, 'conflict' | 'choices' | 'choose'>;
  /** What people call the fields. */
  titles: Readonly<Record<string, string>>;
  /** What a field means that is left empty. */
  empty?: Readonly<Record<string, string>>;
  /** How values are shown; left out: as they are. */
  words?: (field: string, value: FieldValue) => string;
}): JSX.Element | null {
  const trans = useTranslation();
  const { conflict, choices, choose } = editing;
  const heading = useId();
  if (conflict === null) {
    return null;
  }
  return (
    <section
      className="pd-Conflict"
      aria-labelledby={heading}
      role="alert"
      tabIndex={-1}
    >
      <h4 id={heading}>
        {trans.__('Somebody else saved changes while you were editing')}
      </h4>
      <p>
        {conflict.length === 0
          ? trans.__(
              'They changed nothing that differs from yours. Save again to go on.'
            )
          : trans.__(
              'Nothing that you typed is lost. Choose what to keep, then save again.'
            )}
      </p>
      {conflict.map(difference => (
        <Row
          key={difference.field}
          title={titles[difference.field] ?? difference.field}
          empty={empty[difference.field] ?? trans.__('empty')}
          words={words}
          difference={difference}
          choice={choices[difference.field] ?? defaultChoice(difference)}
          onChoose={choice => choose(difference.field, choice)}
        />
      ))}
    </section>
  );
}

function Row({
  title,
  empty,
  words,
  difference,
  choice,
  onChoose
}: {
  title: string;
  empty: string;
  words?: (field: string, value: FieldValue) => string;
  difference: IDifference;
  choice: Choice | null;
  onChoose: (choice: Choice) => void;
}): JSX.Element {
  const trans = useTranslation();
  const name = useId();
  const { theirs, mine, contested } = difference;
  const lists = Array.isArray(theirs) && Array.isArray(mine);
  const options: [Choice, string, FieldValue][] = [
    ['theirs', trans.__('Theirs, saved now'), theirs],
    ['mine', contested ? trans.__('Yours') : trans.__('As you found it'), mine]
  ];
  return (
    <fieldset className="pd-Conflict-row">
      <legend>
        {title}
        {choice === null && (
          <span className="pd-Conflict-open">{trans.__('choose one')}</span>
        )}
      </legend>
      <div className="pd-Conflict-options">
        {options.map(([value, label, shown]) => (
          <label key={value} className="pd-Conflict-option">
            <input
              type="radio"
              name={name}
              checked={choice === value}
              onChange={() => onChoose(value)}
            />
            <span>
              <span className="pd-Conflict-who">{label}</span>
              <span className="pd-Conflict-value">
                <Value
                  value={words ? words(difference.field, shown) : shown}
                  empty={empty}
                />
              </span>
            </span>
          </label>
        ))}
        {lists && contested && (
          <label className="pd-Conflict-option">
            <input
              type="radio"
              name={name}
              checked={choice === 'both'}
              onChange={() => onChoose('both')}
            />
            <span>
              <span className="pd-Conflict-who">
                {trans.__('Both people’s additions and removals')}
              </span>
            </span>
          </label>
        )}
      </div>
    </fieldset>
  );
}

function Value({
  value,
  empty
}: {
  value: FieldValue;
  empty: string;
}): JSX.Element {
  const trans = useTranslation();
  if (value === null) {
    return <>{trans.__('all groups')}</>;
  }
  if (typeof value === 'boolean') {
    return <>{value ? trans.__('on') : trans.__('off')}</>;
  }
  if (typeof value === 'string') {
    return value === '' ? <em>{empty}</em> : <>{value}</>;
  }
  return value.length === 0 ? (
    <em>{trans.__('none')}</em>
  ) : (
    <>{value.join(', ')}</>
  );
}
