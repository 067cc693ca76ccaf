import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useId } from 'react';

import { useTranslation } from '../ui/translation';
import { Draft, IKnown, asText, problemOf, toForm, toJson } from './editing';
import { formatJson } from './literals';
import type { Json } from './oip';
import type { TextProblem } from './requestText';
import { TableForm } from './TableForm';

export interface IRequestEditorProps {
  draft: Draft;
  known: IKnown;
  onDraft: (draft: Draft) => void;
}

/** A request as fields or as JSON: both say the same. */
export function RequestEditor(props: IRequestEditorProps): JSX.Element {
  const { draft, known, onDraft } = props;
  const trans = useTranslation();
  const asForm = draft.mode === 'json' ? toForm(draft, known) : draft;
  if (known.free) {
    return (
      <div className="pd-Request">
        <JsonText {...props} text={asText(draft)} />
      </div>
    );
  }
  return (
    <div className="pd-Request">
      <div
        className="pd-Request-modes"
        role="group"
        aria-label={trans.__('How the request is written')}
      >
        <button
          type="button"
          className="pd-Chip"
          aria-pressed={draft.mode === 'form'}
          disabled={asForm === null}
          title={
            asForm === null
              ? trans.__(
                  'What is written is not rows of plain values: it can be edited as JSON only.'
                )
              : undefined
          }
          onClick={() => asForm && onDraft(asForm)}
        >
          {trans.__('Form')}
        </button>
        <button
          type="button"
          className="pd-Chip"
          aria-pressed={draft.mode === 'json'}
          onClick={() =>
            draft.mode === 'form' ? onDraft(toJson(draft)) : undefined
          }
        >
          {trans.__('JSON')}
        </button>
      </div>
      {draft.mode === 'form' ? (
        <TableForm
          table={draft.table}
          onChange={table => onDraft({ ...draft, table })}
        />
      ) : (
        <JsonText {...props} text={draft.text} />
      )}
    </div>
  );
}

function JsonText({
  text,
  draft,
  known,
  onDraft
}: IRequestEditorProps & { text: string }): JSX.Element {
  const trans = useTranslation();
  const id = useId();
  const problem = problemOf(draft, known);
  const words =
    problem && problem.kind !== 'fields' ? problemWords(problem, trans) : '';
  const format = () =>
    onDraft({
      mode: 'json',
      text: formatJson(JSON.parse(text) as Json)
    });
  return (
    <div className={`pd-Field${problem ? ' pd-mod-invalid' : ''}`}>
      <label htmlFor={id} className="pd-visuallyHidden">
        {known.free
          ? trans.__('Request (JSON)')
          : trans.__('Request (Open Inference Protocol v2)')}
      </label>
      <textarea
        id={id}
        className="pd-Code"
        rows={12}
        spellCheck={false}
        value={text}
        aria-invalid={problem !== null}
        aria-describedby={words ? `${id}-words` : undefined}
        onChange={event => onDraft({ mode: 'json', text: event.target.value })}
      />
      {words && (
        <p className="pd-Field-message" id={`${id}-words`} role="status">
          {words}
        </p>
      )}
      <button
        type="button"
        className="pd-Link"
        disabled={problem?.kind === 'json'}
        onClick={format}
      >
        {trans.__('Format')}
      </button>
    </div>
  );
}

function problemWords(problem: TextProblem, trans: TranslationBundle): string {
  switch (problem.kind) {
    case 'json':
      return trans.__('Line %1: %2', problem.line, problem.message);
    case 'inputs':
      return trans.__('“inputs” must be a list with at least one tensor.');
    case 'tensor':
      return trans.__(
        'inputs[%1].%2 is missing or of another kind.',
        problem.position,
        problem.field
      );
    case 'size':
      return trans.__(
        '“%1”: its shape takes %2 values, its data has %3.',
        problem.name,
        problem.wanted,
        problem.found
      );
  }
}
