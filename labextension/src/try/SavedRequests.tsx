import React, { useId, useState, useSyncExternalStore } from 'react';

import type { RequestShelf } from '../model/savedRequests';
import { Confirm, Modal, useAsk } from '../ui/dialogs';
import { useTranslation } from '../ui/translation';

/** Where a request comes from: values of the list to choose from. */
const EXAMPLE = 'example';
const LAST = 'last';
const NAMED = 'named:';

export interface ISavedRequestsProps {
  shelf: RequestShelf;
  /** Whether there is an example to begin with. */
  example: boolean;
  /** What is written now. */
  text: () => string;
  onExample: () => void;
  onText: (text: string) => void;
}

/** Named requests of a deployment: load, save, rename, delete. */
export function SavedRequests(props: ISavedRequestsProps): JSX.Element {
  const { shelf, example, text, onExample, onText } = props;
  const trans = useTranslation();
  const ask = useAsk();
  const { saved, last } = useSyncExternalStore(shelf.subscribe, shelf.getState);
  const [chosen, setChosen] = useState(EXAMPLE);
  const name = chosen.startsWith(NAMED) ? chosen.slice(NAMED.length) : null;
  const there = name !== null && saved.some(one => one.name === name);
  const choose = (value: string) => {
    setChosen(value);
    if (value === EXAMPLE) {
      onExample();
      return;
    }
    const found =
      value === LAST
        ? last
        : saved.find(one => NAMED + one.name === value)?.text;
    if (typeof found === 'string') {
      onText(found);
    }
  };
  const askName = (title: string, action: string, begin: string) =>
    ask<string | null>(answer => (
      <AskName
        title={title}
        action={action}
        begin={begin}
        taken={saved.map(one => one.name)}
        onAnswer={answer}
      />
    ));
  const save = async () => {
    const given = await askName(
      trans.__('Save this request'),
      trans.__('Save'),
      name ?? ''
    );
    if (given) {
      shelf.save(given, text());
      setChosen(NAMED + given);
    }
  };
  const rename = async (from: string) => {
    const given = await askName(
      trans.__('Rename %1', from),
      trans.__('Rename'),
      from
    );
    if (given) {
      shelf.rename(from, given);
      setChosen(NAMED + given);
    }
  };
  const remove = async (which: string) => {
    const sure = await ask<boolean>(answer => (
      <Confirm
        title={trans.__('Delete the saved request %1?', which)}
        action={trans.__('Delete')}
        danger
        onAnswer={answer}
      >
        <p>{trans.__('What is written here stays until you leave.')}</p>
      </Confirm>
    ));
    if (sure) {
      shelf.remove(which);
      setChosen(EXAMPLE);
    }
  };
  return (
    <div className="pd-Saved">
      <select
        className="pd-Select"
        aria-label={trans.__('Begin with')}
        value={there || chosen === LAST ? chosen : EXAMPLE}
        onChange={event => choose(event.target.value)}
      >
        <option value={EXAMPLE}>
          {example
            ? trans.__('The model’s example')
            : trans.__('Empty request')}
        </option>
        {last !== null && (
          <option value={LAST}>{trans.__('The last request')}</option>
        )}
        {saved.length > 0 && (
          <optgroup label={trans.__('Saved')}>
            {saved.map(one => (
              <option key={one.name} value={NAMED + one.name}>
                {one.name}
              </option>
            ))}
          </optgroup>
        )}
      </select>
      <button
        type="button"
        className="pd-Button"
        onClick={() => choose(chosen)}
        title={trans.__('Forget what was changed and begin again')}
      >
        {trans.__('Reset')}
      </button>
      <button type="button" className="pd-Button" onClick={() => void save()}>
        {trans.__('Save…')}
      </button>
      {there && (
        <>
          <button
            type="button"
            className="pd-Button"
            onClick={() => void rename(name)}
          >
            {trans.__('Rename…')}
          </button>
          <button
            type="button"
            className="pd-Button"
            aria-label={trans.__('Delete the saved request')}
            onClick={() => void remove(name)}
          >
            {trans.__('Delete')}
          </button>
        </>
      )}
    </div>
  );
}

function AskName({
  title,
  action,
  begin,
  taken,
  onAnswer
}: {
  title: string;
  action: string;
  begin: string;
  taken: readonly string[];
  onAnswer: (name: string | null) => void;
}): JSX.Element {
  const trans = useTranslation();
  const id = useId();
  const [name, setName] = useState(begin);
  const given = name.trim();
  return (
    <Modal title={title} onCancel={() => onAnswer(null)}>
      <form
        onSubmit={event => {
          event.preventDefault();
          if (given) {
            onAnswer(given);
          }
        }}
      >
        <div className="pd-Field">
          <label htmlFor={id}>{trans.__('Name')}</label>
          <input
            id={id}
            type="text"
            data-first
            maxLength={80}
            autoComplete="off"
            value={name}
            onChange={event => setName(event.target.value)}
          />
          {given !== begin && taken.includes(given) && (
            <p className="pd-Field-hint" role="status">
              {trans.__('The request of this name is replaced.')}
            </p>
          )}
        </div>
        <div className="pd-Modal-actions">
          <button
            type="button"
            className="pd-Button"
            onClick={() => onAnswer(null)}
          >
            {trans.__('Cancel')}
          </button>
          <button
            type="submit"
            className="pd-Button pd-mod-primary"
            disabled={!given}
          >
            {action}
          </button>
        </div>
      </form>
    </Modal>
  );
}
