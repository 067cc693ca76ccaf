import '../../style/try.css';

import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useMemo, useState } from 'react';

import type { Deployment, Model, Revision } from '../api/contract';
import { TextField } from '../admin/Field';
import { Loaded } from '../admin/Loaded';
import { useDetail } from '../detail/context';
import type { ITabProps } from '../detail/tab';
import { revisionTitle } from '../history/words';
import { useResource } from '../model/binding';
import { ReadOnly } from '../ui/access';
import { useSession } from '../ui/session';
import { elapsed, useNow } from '../ui/time';
import { useTranslation } from '../ui/translation';
import { AnswerView } from './AnswerView';
import { AsCode } from './AsCode';
import { ComparisonView } from './ComparisonView';
import {
  Draft,
  IKnown,
  asText,
  bodyOf,
  draftFrom,
  draftFromText,
  problemOf
} from './editing';
import { exampleOf } from './oip';
import { RequestEditor } from './RequestEditor';
import { SavedRequests } from './SavedRequests';
import { ISending, useSending } from './sending';

/** Ask the model something, and see what it answers. */
export function TryIt({ id, active }: ITabProps): JSX.Element {
  const trans = useTranslation();
  const { details } = useSession();
  const { deployment } = useDetail();
  const { revisions } = details(id);
  const state = useResource(revisions, active);
  return (
    <Loaded
      state={state}
      what={trans.__('Loading what the model takes…')}
      refresh={revisions.refresh}
    >
      {items => (
        <Playground deployment={deployment} revisions={items} active={active} />
      )}
    </Loaded>
  );
}

function Playground({
  deployment,
  revisions,
  active
}: {
  deployment: Deployment;
  revisions: readonly Revision[];
  active: boolean;
}): JSX.Element {
  const trans = useTranslation();
  const { me, usable } = useDetail();
  const { requests } = useSession();
  const shelf = requests(deployment.id);
  const serving = deployment.serving_revision ?? null;
  const usual = serving ?? deployment.revision;
  const [wanted, setTarget] = useState<number | null>(null);
  const [other, setOther] = useState<number | null>(null);
  const target = wanted ?? usual;
  const model = (
    revisions.find(revision => revision.number === target)?.spec ??
    deployment.spec
  ).model;
  // An image that serves by itself speaks what it speaks.
  const alone = !model.artifact && !!model.image;
  const [typedPath, setPath] = useState('/');
  const path = typedPath.trim().replace(/^\/+/, '') || '/';
  const known = useMemo<IKnown>(
    () => ({
      free: !model.artifact && !!model.image,
      signature: model.signature,
      example: exampleOf(model)?.request ?? null
    }),
    [model]
  );
  const [typed, setDraft] = useState<Draft | null>(null);
  // Until something is typed it is the example of the model that is asked.
  const draft = useMemo(
    () => typed ?? draftFrom(known.example, known),
    [typed, known]
  );
  const sending = useSending();
  const problem = problemOf(draft, known);
  const sendable =
    problem === null || !['json', 'fields'].includes(problem.kind);
  const send = () => {
    const body = bodyOf(draft);
    if (body === undefined || !usable || sending.since) {
      return;
    }
    shelf.remember(asText(draft));
    sending.send(
      deployment,
      other === null || other === target ? [target] : [target, other],
      body,
      alone ? path : undefined
    );
  };
  return (
    <div
      className="pd-Try"
      onKeyDown={event => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          send();
        }
      }}
    >
      {me && !me.can_write && <ReadOnly />}
      {serving === null && (
        <NothingServes deployment={deployment} alone={alone} />
      )}
      {exampleOf(model)?.origin !== 'recorded' && (
        <p className="pd-Hint">{beginWords(model, trans)}</p>
      )}
      <SavedRequests
        shelf={shelf}
        example={known.example !== null}
        text={() => asText(draft)}
        onExample={() => setDraft(null)}
        onText={text => setDraft(draftFromText(text, known))}
      />
      {alone && (
        <TextField
          label={trans.__('Path')}
          value={typedPath}
          onChange={setPath}
        />
      )}
      <RequestEditor draft={draft} known={known} onDraft={setDraft} />
      <div className="pd-Try-foot">
        <Choice
          label={trans.__('Send to')}
          value={target}
          revisions={revisions}
          serving={serving}
          onChange={setTarget}
        />
        <Choice
          label={trans.__('Compare with')}
          none={trans.__('nothing')}
          value={other === target ? null : other}
          revisions={revisions.filter(({ number }) => number !== target)}
          serving={serving}
          onChange={setOther}
        />
        <button
          type="button"
          className="pd-Button pd-mod-primary"
          disabled={!sendable || !usable}
          aria-busy={sending.since !== null}
          title={trans.__('Ctrl+Enter')}
          onClick={send}
        >
          {trans.__('Send')}
        </button>
      </div>
      {target !== serving && !alone && (
        <p className="pd-quiet pd-Try-note">
          {trans.__(
            'Revision %1 does not serve: its model is loaded for a moment, gets the request, and is ended. Callers notice nothing.',
            target
          )}
        </p>
      )}
      <Results sending={sending} active={active} />
      <AsCode
        deployment={deployment}
        model={model}
        draft={draft}
        path={alone ? path : null}
      />
    </div>
  );
}

function NothingServes({
  deployment,
  alone
}: {
  deployment: Deployment;
  alone: boolean;
}): JSX.Element {
  const trans = useTranslation();
  const { phase, message } = deployment.status;
  return (
    <div className="pd-Banner" role="status">
      <div>
        <strong>
          {phase === 'Stopped'
            ? trans.__('It is stopped: callers get an error')
            : phase === 'Failed'
              ? trans.__('It failed: nothing serves')
              : trans.__('Nothing serves yet')}
        </strong>
        {phase === 'Failed' && message && <p>{message}</p>}
        {!alone && (
          <p>
            {trans.__(
              'Any revision can be tried anyway: its model is loaded for a moment.'
            )}
          </p>
        )}
      </div>
    </div>
  );
}

function beginWords(model: Model, trans: TranslationBundle): string {
  if (!model.artifact) {
    return trans.__(
      'The image serves by itself: which path and body it takes is its own matter. What you write is sent by POST to this path of its address.'
    );
  }
  switch (exampleOf(model)?.origin) {
    case 'derived':
      return trans.__(
        'The model was deployed without an example of real data: the fields begin with zeros.'
      );
    case 'made':
      return trans.__(
        'No example is recorded: the fields begin with zeros of the right shape.'
      );
    default:
      return trans.__(
        'What the model takes is not known: it was deployed without an example. Write the request yourself, or update it with example=… (a few rows as the model takes them).'
      );
  }
}

function Choice({
  label,
  none,
  value,
  revisions,
  serving,
  onChange
}: {
  label: string;
  /** What choosing nothing is called; left out: something has to be chosen. */
  none?: string;
  value: number | null;
  revisions: readonly Revision[];
  serving: number | null;
  onChange: (number: number | null) => void;
}): JSX.Element {
  const trans = useTranslation();
  const name = (revision: Revision) => {
    const parts = [
      trans.__('revision %1', revisionTitle(revision, trans)),
      revision.number === serving ? trans.__('serving') : '',
      revision.outcome === 'failed' ? trans.__('failed') : '',
      revision.update_message
    ];
    return parts.filter(Boolean).join(' · ');
  };
  return (
    <label className="pd-Try-choice">
      {label}
      <select
        className="pd-Select"
        value={value ?? ''}
        onChange={event =>
          onChange(event.target.value ? Number(event.target.value) : null)
        }
      >
        {none !== undefined && <option value="">{none}</option>}
        {revisions.map(revision => (
          <option key={revision.number} value={revision.number}>
            {name(revision)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Results({
  sending,
  active
}: {
  sending: ISending;
  active: boolean;
}): JSX.Element {
  const trans = useTranslation();
  const { answers, since, cancelled, cancel } = sending;
  const now = useNow(200, active && since !== null);
  const [left, right] = answers ?? [];
  return (
    <div className="pd-Try-results" aria-live="polite">
      {since !== null && (
        <div className="pd-Try-waiting">
          <span aria-hidden="true">
            {trans.__(
              'Waiting for the answer · %1',
              elapsed(since, now, trans)
            )}
          </span>
          <span className="pd-visuallyHidden">
            {trans.__('Waiting for the answer')}
          </span>
          <button type="button" className="pd-Button" onClick={cancel}>
            {trans.__('Cancel')}
          </button>
        </div>
      )}
      {cancelled && <p className="pd-quiet">{trans.__('Cancelled.')}</p>}
      {left?.ok && right?.ok && <ComparisonView left={left} right={right} />}
      {answers && (
        <div className="pd-Try-panes">
          {answers.map(answer => (
            <AnswerView key={answer.revision} answer={answer} />
          ))}
        </div>
      )}
    </div>
  );
}
