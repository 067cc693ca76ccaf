import { deleteIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { Field, TextField } from '../admin/Field';
import type { AlertKind } from '../api/contract';
import { useTranslation } from '../ui/translation';
import type { IRuleDraft } from './alertDraft';
import { alertMeaning, alertTitle, durationWords } from './alertWords';

/** What can be chosen (s); the server allows 1 to 15 min, and up to an hour. */
const WINDOWS = [60, 300, 600, 900];
const HOLDS = [0, 60, 300, 900, 3600];

/** The fields of one rule. */
export function RuleFields({
  rule,
  message,
  onChange,
  onRemove
}: {
  rule: IRuleDraft;
  message: string | undefined;
  onChange: (rule: IRuleDraft) => void;
  onRemove: () => void;
}): JSX.Element {
  const trans = useTranslation();
  const { kind } = rule;
  const title = alertTitle(kind, trans);
  const remove = trans.__('Remove the rule %1', title);
  return (
    <fieldset className="pd-RuleFields" data-alert={kind}>
      <legend>{title}</legend>
      <div className="pd-RuleFields-head">
        <label className="pd-RuleFields-on">
          <input
            type="checkbox"
            checked={rule.enabled}
            onChange={event =>
              onChange({ ...rule, enabled: event.target.checked })
            }
          />
          {trans.__('Enabled')}
        </label>
        <span className="pd-quiet">{alertMeaning(kind, trans)}</span>
        <button
          type="button"
          className="pd-IconButton"
          aria-label={remove}
          title={remove}
          onClick={onRemove}
        >
          <deleteIcon.react tag="span" width="16px" />
        </button>
      </div>
      <div className="pd-RuleFields-grid">
        {kind !== 'no_ready_replica' && (
          <>
            <TextField
              label={thresholdLabel(kind, trans)}
              type="number"
              value={rule.threshold}
              message={message}
              onChange={threshold => onChange({ ...rule, threshold })}
            />
            <Duration
              label={trans.__('In the last')}
              value={rule.window}
              choices={WINDOWS}
              onChange={window => onChange({ ...rule, window })}
            />
          </>
        )}
        <Duration
          label={trans.__('For at least')}
          value={rule.hold}
          choices={HOLDS}
          onChange={hold => onChange({ ...rule, hold })}
        />
      </div>
    </fieldset>
  );
}

function thresholdLabel(kind: AlertKind, trans: TranslationBundle): string {
  switch (kind) {
    case 'error_rate':
      return trans.__('Above (%)');
    case 'latency_p95':
      return trans.__('Above (ms)');
    case 'no_ready_replica':
      return '';
    case 'reward_below':
      return trans.__('Below');
  }
}

/** One of some durations; what was stored by other means can be chosen too. */
function Duration({
  label,
  value,
  choices,
  onChange
}: {
  label: string;
  value: number;
  choices: readonly number[];
  onChange: (value: number) => void;
}): JSX.Element {
  const trans = useTranslation();
  const all = [...new Set([...choices, value])].sort((a, b) => a - b);
  return (
    <Field label={label}>
      {ids => (
        <select
          {...ids}
          className="pd-Select"
          value={value}
          onChange={event => onChange(Number(event.target.value))}
        >
          {all.map(seconds => (
            <option key={seconds} value={seconds}>
              {seconds === 0
                ? trans.__('at once')
                : durationWords(seconds, trans)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
