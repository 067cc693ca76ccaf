import React, { useCallback, useId, useState } from 'react';

import type { StoredModel } from '../api/contract';
import { formatMemory } from '../model/quantities';
import { SearchBox } from '../ui/SearchBox';
import { useSession } from '../ui/session';
import { exactTime, relativeTime, useNow } from '../ui/time';
import { useLocale, useTranslation } from '../ui/translation';
import { Snippet } from '../ui/CopyButton';
import { modelTitle } from '../ui/vocabulary';
import { same } from './body';
import { useForm } from './context';
import { useAsked } from './useAsked';
import { useDelayed } from './useDelayed';

/** Models that were saved or deployed already: one is chosen. */
export function StoredModels({
  onChosen
}: {
  onChosen: () => void;
}): JSX.Element {
  const trans = useTranslation();
  const { models } = useSession();
  const { draft, set, busy } = useForm();
  const [search, setSearch] = useState('');
  const wanted = useDelayed(search);
  const ask = useCallback(
    (signal: AbortSignal) => models.stored(wanted, '', signal),
    [models, wanted]
  );
  const { value, problem, asking } = useAsked(ask);
  const name = useId();
  const now = useNow(60_000, true);
  return (
    <div className="pd-Stored">
      <SearchBox
        label={trans.__('Search models')}
        value={search}
        onChange={setSearch}
      />
      {problem && (
        <p className="pd-Field-message" role="alert">
          {trans.__('The models could not be listed: %1', problem.message)}
        </p>
      )}
      <p role="status" className="pd-Field-hint">
        {asking && value === null
          ? trans.__('Loading…')
          : value && value.items.length < value.total
            ? trans.__('The newest %1 of %2', value.items.length, value.total)
            : value && value.total === 0 && wanted !== ''
              ? trans.__('No model matches.')
              : ''}
      </p>
      {value?.total === 0 && wanted === '' && <NoModels />}
      <ul className="pd-Stored-list" aria-label={trans.__('Stored models')}>
        {value?.items.map((stored, index) => (
          <li key={`${stored.model.artifact}-${index}`}>
            <Stored
              name={name}
              stored={stored}
              now={now}
              checked={same(draft.model, stored.model)}
              disabled={busy}
              onChoose={() => {
                set({
                  model: stored.model,
                  origin: originOf(stored),
                  ...(draft.name === '' && { name: nameOf(stored) })
                });
                onChosen();
              }}
            />
          </li>
        ))}
      </ul>
    </div>
  );
}

function NoModels(): JSX.Element {
  const trans = useTranslation();
  return (
    <div className="pd-Stored-none">
      <p>
        {trans.__(
          'No model is stored yet. Save one from a notebook, then search again:'
        )}
      </p>
      <Snippet
        code={
          'from primehub_deploy_ext import connect\nconnect().save_model(model, "Name", example=X)'
        }
      />
    </div>
  );
}

/** By what a model is known best: the name it was saved by, else what it was deployed as. */
export function originOf({ saved, uses }: StoredModel): string {
  const [save] = saved;
  const [use] = uses;
  return save
    ? `${save.name} v${save.version}`
    : use
      ? `${use.deployment}, revision ${use.revision}`
      : '';
}

function nameOf({ saved, uses }: StoredModel): string {
  return saved[0]?.name ?? uses[0]?.name ?? '';
}

function Stored({
  name,
  stored,
  now,
  checked,
  disabled,
  onChoose
}: {
  name: string;
  stored: StoredModel;
  now: number;
  checked: boolean;
  disabled: boolean;
  onChoose: () => void;
}): JSX.Element {
  const trans = useTranslation();
  const locale = useLocale();
  const { model, saved, uses, last } = stored;
  const [save] = saved;
  const [use] = uses;
  const who = (save ?? use)?.created_by ?? '';
  return (
    <label className="pd-StoredModel">
      <input
        type="radio"
        name={name}
        checked={checked}
        disabled={disabled}
        onChange={onChoose}
        // One that is chosen already is chosen anew by a click.
        onClick={checked ? onChoose : undefined}
      />
      <span className="pd-StoredModel-text">
        <span className="pd-StoredModel-title">
          {save ? trans.__('%1 v%2', save.name, save.version) : use?.name}
        </span>
        <span className="pd-StoredModel-facts">
          {[modelTitle(model, trans), formatMemory(model.size)].join(' · ')}
        </span>
        <span className="pd-StoredModel-facts" title={exactTime(last, locale)}>
          {save
            ? trans.__('saved %1 by %2', relativeTime(last, now, locale), who)
            : trans.__(
                'deployed as %1 (revision %2), %3 by %4',
                use?.deployment ?? '',
                use?.revision ?? 0,
                relativeTime(last, now, locale),
                who
              )}
          {uses.length > 1 &&
            `, ${trans._n('and %1 more', 'and %1 more', uses.length - 1)}`}
        </span>
      </span>
    </label>
  );
}
