import {
  caretDownIcon,
  caretUpIcon,
  caseSensitiveIcon,
  filterIcon,
  regexIcon,
  searchIcon
} from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React, { RefObject } from 'react';

import { useTranslation } from '../ui/translation';
import type { ILogState, LogModel } from './model';
import { ILineReference, readReference } from './reference';
import type { ISearchProblem } from './search';
import { Toggle } from './Toggle';

export interface ILogSearchProps {
  model: LogModel;
  state: ILogState;
  input: RefObject<HTMLInputElement>;
  onReference: (reference: ILineReference) => void;
  /** The keyboard goes back to the lines. */
  onLeave: () => void;
}

/** What is searched for, how, and the way from one match to the next. */
export function LogSearch(props: ILogSearchProps): JSX.Element {
  const { model, state, input, onReference, onLeave } = props;
  const trans = useTranslation();
  const { search, only } = state.settings;
  const set = (change: Partial<typeof search>) =>
    model.set({ search: { ...search, ...change } });
  const count = model.matches.numbers.length;
  const place = model.matches.placeOf(state.chosen);
  const label = trans.__('Search the log, or paste a link to a line');
  const found =
    search.text === ''
      ? ''
      : state.searchProblem
        ? problemName(state.searchProblem, trans)
        : count === 0
          ? trans.__('No match')
          : place > 0
            ? trans.__('%1 of %2', place, count)
            : trans._n('%1 line', '%1 lines', count);
  return (
    <div className="pd-LogSearch" role="search">
      <div className="pd-Search">
        <searchIcon.react tag="span" width="16px" className="pd-Search-icon" />
        <input
          ref={input}
          type="search"
          value={search.text}
          placeholder={trans.__('Search')}
          aria-label={label}
          title={trans.__('%1 (/)', label)}
          aria-invalid={state.searchProblem !== null}
          spellCheck={false}
          onChange={event => {
            const { value } = event.target;
            const reference = readReference(value);
            if (reference) {
              onReference(reference);
            } else {
              set({ text: value });
            }
          }}
          onKeyDown={event => {
            if (event.key === 'Enter') {
              event.preventDefault();
              model.step(event.shiftKey ? 1 : -1);
            } else if (event.key === 'Escape') {
              event.preventDefault();
              event.stopPropagation();
              set({ text: '' });
              onLeave();
            }
          }}
        />
      </div>
      <span
        className={`pd-LogSearch-count${state.searchProblem ? ' pd-mod-problem' : ''}`}
        role="status"
        title={
          state.searchProblem
            ? problemReason(state.searchProblem, trans)
            : undefined
        }
      >
        {found}
      </span>
      <span className="pd-IconButtons">
        <Toggle
          icon={caretUpIcon}
          label={trans.__('Match above (Enter)')}
          disabled={count === 0}
          onPress={() => model.step(-1)}
        />
        <Toggle
          icon={caretDownIcon}
          label={trans.__('Match below (Shift+Enter)')}
          disabled={count === 0}
          onPress={() => model.step(1)}
        />
        <Toggle
          icon={caseSensitiveIcon}
          label={trans.__('Match case')}
          pressed={search.matchCase}
          onPress={() => set({ matchCase: !search.matchCase })}
        />
        <Toggle
          icon={regexIcon}
          label={trans.__('Regular expression')}
          pressed={search.regex}
          onPress={() => set({ regex: !search.regex })}
        />
        <Toggle
          icon={filterIcon}
          label={trans.__('Only what matches; tracebacks stay whole')}
          pressed={only}
          onPress={() => model.set({ only: !only })}
        />
      </span>
    </div>
  );
}

function problemName(
  { kind }: ISearchProblem,
  trans: TranslationBundle
): string {
  switch (kind) {
    case 'none':
      return trans.__('Not a regular expression');
    case 'nested':
      return trans.__('Repetition in a repetition');
    case 'slow':
      return trans.__('Too slow, given up');
  }
}

function problemReason(
  { kind, message }: ISearchProblem,
  trans: TranslationBundle
): string {
  switch (kind) {
    case 'none':
      return message;
    case 'nested':
      return trans.__(
        'Such an expression can take for ever on a line that nearly matches. Write it without a repetition inside of another.'
      );
    case 'slow':
      return trans.__(
        'It took longer than half a second. Write it more precisely, or filter the lines first.'
      );
  }
}
