import React, { useMemo, useState } from 'react';

import { plainText } from '../history/plainText';
import { Snippet } from '../ui/CopyButton';
import { useTranslation } from '../ui/translation';
import { reasonWords } from '../ui/vocabulary';
import { AnswerTable } from './AnswerTable';
import { answerTable, meaningOf } from './answers';
import { formatJson } from './literals';
import { Json, isObject } from './oip';
import type { IAnswer } from './sending';

/** More rows than this are read as JSON, or in a notebook. */
const MOST_ROWS = 200;

/** What one revision answered. */
export function AnswerView({ answer }: { answer: IAnswer }): JSX.Element {
  const trans = useTranslation();
  const { revision, via, ok, status, milliseconds } = answer;
  return (
    <section
      className="pd-Answer"
      aria-label={trans.__('Answer of revision %1', revision)}
    >
      <header className="pd-Answer-head">
        <strong>{trans.__('Revision %1', revision)}</strong>
        <span className={`pd-Badge pd-mod-${ok ? 'Deployed' : 'Failed'}`}>
          {ok
            ? status === null
              ? trans.__('Answered')
              : trans.__('%1 OK', status)
            : status === null
              ? trans.__('Failed')
              : trans.__('%1 Error', status)}
        </span>
        <span className="pd-Answer-latency">
          {latencyWords(milliseconds)}
          {via === 'trial' && ` · ${trans.__('with loading the model')}`}
        </span>
      </header>
      {ok ? <Body body={answer.body} /> : <Refused answer={answer} />}
    </section>
  );
}

const latencyWords = (milliseconds: number): string =>
  milliseconds < 10
    ? `${milliseconds.toFixed(1)} ms`
    : milliseconds < 1000
      ? `${Math.round(milliseconds)} ms`
      : `${(milliseconds / 1000).toFixed(2)} s`;

function Refused({ answer }: { answer: IAnswer }): JSX.Element {
  const trans = useTranslation();
  const { reason, message, log } = answer;
  return (
    <div className="pd-Answer-error" role="alert">
      {reason && <strong>{reasonWords(reason, trans)}</strong>}
      <p>{plainText(message) || trans.__('It gave no reason.')}</p>
      {log.length > 0 && (
        <details>
          <summary>{trans.__('What it printed')}</summary>
          <Snippet code={plainText(log.join('\n'))} />
        </details>
      )}
    </div>
  );
}

function Body({ body }: { body: unknown }): JSX.Element {
  const trans = useTranslation();
  const table = useMemo(() => answerTable(body), [body]);
  const [raw, setRaw] = useState(false);
  const json = useMemo(
    () => (typeof body === 'string' ? body : formatJson(body as Json)),
    [body]
  );
  const tabular = table !== null && table.rows.length <= MOST_ROWS;
  const plain = useMemo(
    () => (isEnvelope(body) && !tabular ? formatJson(only(body)) : null),
    [body, tabular]
  );
  const readable = tabular || plain !== null;
  return (
    <>
      {readable && (
        <div
          className="pd-Request-modes"
          role="group"
          aria-label={trans.__('How the answer is shown')}
        >
          <button
            type="button"
            className="pd-Chip"
            aria-pressed={!raw}
            onClick={() => setRaw(false)}
          >
            {tabular ? trans.__('Table') : trans.__('Value')}
          </button>
          <button
            type="button"
            className="pd-Chip"
            aria-pressed={raw}
            onClick={() => setRaw(true)}
          >
            {trans.__('JSON')}
          </button>
        </div>
      )}
      {raw || !readable ? (
        <Snippet code={json} />
      ) : tabular ? (
        <AnswerTable
          columns={table.columns}
          rows={table.rows}
          cell={(value, key) => <td key={key}>{valueText(value)}</td>}
        />
      ) : (
        <Snippet code={plain!} />
      )}
    </>
  );
}

const isEnvelope = (body: unknown): boolean =>
  isObject(body) && Array.isArray(body['outputs']);

/** What was answered, without names where there is one only. */
function only(body: unknown): Json {
  const meaning = meaningOf(body);
  const values = isObject(meaning) ? Object.values(meaning) : [];
  const [first] = values;
  return values.length === 1 && Array.isArray(first) && first.length === 1
    ? first[0]!
    : meaning;
}

/** A value in a cell. */
export function valueText(value: Json | undefined): string {
  return value === undefined || value === null
    ? '–'
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);
}
