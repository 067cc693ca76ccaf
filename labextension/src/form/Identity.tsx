import React, { useCallback, useEffect, useId } from 'react';

import { RULES } from '../api/rules';
import { Field, TextField } from '../admin/Field';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { useForm } from './context';
import { useAsked } from './useAsked';
import { useDelayed } from './useDelayed';

/** Name and id of what is deployed; of what is there already both stay. */
export function Identity({
  custom,
  onCustom,
  onProposed
}: {
  /** Whether the id is typed, not made from the name. */
  custom: boolean;
  onCustom: (custom: boolean, proposed: string) => void;
  /** The id that it gets unless one is typed; empty while nobody knows. */
  onProposed: (id: string) => void;
}): JSX.Element {
  const trans = useTranslation();
  const { draft, change, messages, deployment, busy } = useForm();
  if (deployment) {
    return (
      <>
        <TextField
          label={trans.__('Deployment Name')}
          value={deployment.name}
          disabled
          onChange={() => undefined}
        />
        <TextField
          label={trans.__('Deployment ID')}
          hint={trans.__('Name and ID stay as they are: programs call it so.')}
          value={deployment.id}
          disabled
          onChange={() => undefined}
        />
      </>
    );
  }
  return (
    <>
      <TextField
        label={trans.__('Deployment Name')}
        value={draft.name}
        message={messages['name']}
        placeholder={trans.__('such as Iris classifier')}
        disabled={busy}
        first
        onChange={value => change('name', value)}
      />
      <IdField custom={custom} onCustom={onCustom} onProposed={onProposed} />
    </>
  );
}

function IdField({
  custom,
  onCustom,
  onProposed
}: {
  custom: boolean;
  onCustom: (custom: boolean, proposed: string) => void;
  onProposed: (id: string) => void;
}): JSX.Element {
  const trans = useTranslation();
  const { models } = useSession();
  const { draft, change, messages, busy } = useForm();
  const status = useId();
  const name = draft.name.trim();
  const wanted = useDelayed(custom ? draft.id : name);
  const valid = custom && new RegExp(RULES.id.pattern).test(wanted);
  const asks = custom ? valid : wanted !== '';
  const ask = useCallback(
    (signal: AbortSignal) =>
      custom
        ? models.checkId(wanted, signal)
        : models.proposeId(wanted, signal),
    [models, custom, wanted]
  );
  const { value, problem, asking } = useAsked(asks ? ask : null);
  const typing = wanted !== (custom ? draft.id : name);
  const current = !typing && !asking && asks ? value : null;

  const proposed = !custom && current ? current.id : '';
  useEffect(() => onProposed(proposed), [onProposed, proposed]);

  const rule =
    custom && draft.id === ''
      ? trans.__('Please input an ID')
      : custom && !typing && !valid
        ? RULES.id.words
        : undefined;
  const taken = custom && current && !current.available ? current.message : '';
  const message = messages['id'] ?? (rule || taken || undefined);
  return (
    <Field
      label={trans.__('Deployment ID')}
      message={message}
      hint={trans.__('Part of the endpoint’s address; stays as it is.')}
    >
      {ids => (
        <>
          <label className="pd-Check">
            <input
              type="checkbox"
              checked={custom}
              disabled={busy}
              onChange={event => onCustom(event.target.checked, proposed)}
            />
            {trans.__('Customize the ID')}
          </label>
          <input
            {...ids}
            type="text"
            value={custom ? draft.id : (value?.id ?? '')}
            readOnly={!custom}
            disabled={busy}
            className={custom ? undefined : 'pd-mod-generated'}
            placeholder={custom ? undefined : trans.__('made from the name')}
            autoComplete="off"
            spellCheck={false}
            onChange={event => change('id', event.target.value)}
          />
          <p className="pd-Field-hint" id={status} role="status">
            {problem
              ? trans.__(
                  'Whether it is free could not be asked: %1',
                  problem.message
                )
              : (typing || asking) && asks
                ? trans.__('Checking…')
                : custom && current?.available
                  ? trans.__('✓ Your Deployment ID is available.')
                  : ''}
          </p>
        </>
      )}
    </Field>
  );
}
