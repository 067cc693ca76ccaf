import { addIcon } from '@jupyterlab/ui-components';
import React, { useEffect, useRef } from 'react';

import { ConflictBox } from '../admin/ConflictBox';
import { undecided, useEditing } from '../admin/editing';
import { Draft, FieldValue, text } from '../admin/merge';
import type { AlertKind, Alerts } from '../api/contract';
import { ApiError } from '../api/errors';
import { useSession } from '../ui/session';
import { useLocale, useTranslation } from '../ui/translation';
import {
  draftOf,
  field,
  IRuleDraft,
  problemsOf,
  proposedRule,
  ruleIn,
  rulesIn,
  sameField,
  settingsOf,
  stored
} from './alertDraft';
import { ALERT_KINDS, alertTitle, ruleWords } from './alertWords';
import { RuleFields } from './RuleFields';
import { WebhookField } from './WebhookField';

export interface IAlertFormProps {
  id: string;
  saved: Alerts;
  /** A rule to begin with, where there is none yet. */
  proposed?: AlertKind;
  onClose: () => void;
  onSaved: () => void;
}

/** All rules of a deployment, and whom to tell. */
export function AlertForm(props: IAlertFormProps): JSX.Element {
  const { id, saved, proposed, onClose, onSaved } = props;
  const trans = useTranslation();
  const locale = useLocale();
  const { client } = useSession();
  const form = useRef<HTMLFormElement>(null);
  /** As it is stored now: it can be sent back as it is shown. */
  const webhook = useRef(saved.webhook);
  const editing = useEditing<Alerts>({
    saved,
    draftOf: draftOfSaved,
    same: sameField,
    check: draft => problemsOf(draft, webhook.current, trans),
    save: async (draft, _changed, against) => {
      try {
        await client.setAlerts(id, settingsOf(draft), against?.version);
      } catch (error) {
        throw atItsRule(error, draft);
      }
    },
    reload: async () => {
      const now = await client.alerts(id);
      webhook.current = now.webhook;
      return now;
    },
    onSaved
  });
  const { draft, change, messages, saving, problem, conflict, choices } =
    editing;

  useEffect(() => {
    if (proposed) {
      change(proposed, field(proposedRule(proposed)));
    }
  }, [proposed, change]);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('input, button')?.focus();
  }, []);
  useEffect(() => {
    if (Object.keys(messages).length > 0) {
      form.current
        ?.querySelector<HTMLElement>('[aria-invalid="true"]')
        ?.focus();
    }
  }, [messages]);
  useEffect(() => {
    if (conflict) {
      form.current?.querySelector<HTMLElement>('.pd-Conflict')?.focus();
    }
  }, [conflict]);

  const put = (rule: IRuleDraft) => change(rule.kind, field(rule));
  const words = (name: string, value: FieldValue): string => {
    if (name === 'webhook' || !value) {
      return (value as string) || trans.__('none');
    }
    const rule = stored(JSON.parse(value as string) as IRuleDraft);
    const when = ruleWords(rule, locale, trans);
    return rule.enabled ? when : trans.__('%1 (off)', when);
  };
  const open = conflict?.some(one => undecided(one, choices)) === true;
  const titles: Record<string, string> = { webhook: trans.__('Webhook') };
  ALERT_KINDS.forEach(kind => (titles[kind] = alertTitle(kind, trans)));

  return (
    <form
      ref={form}
      className="pd-AlertForm"
      aria-label={trans.__('Alerts')}
      aria-busy={saving}
      noValidate
      onSubmit={event => {
        event.preventDefault();
        if (!saving && !open) {
          void editing.save();
        }
      }}
    >
      <ConflictBox editing={editing} titles={titles} words={words} />
      {rulesIn(draft).map(rule => (
        <RuleFields
          key={rule.kind}
          rule={rule}
          message={messages[rule.kind]}
          onChange={put}
          onRemove={() => change(rule.kind, '')}
        />
      ))}
      <AddRule
        kinds={ALERT_KINDS.filter(kind => !ruleIn(draft, kind))}
        onAdd={kind => put(proposedRule(kind))}
      />
      <WebhookField
        value={text(draft, 'webhook')}
        message={messages['webhook']}
        onChange={webhook => change('webhook', webhook)}
      />
      {problem && (
        <p className="pd-Form-problem" role="alert">
          {problem.message}
        </p>
      )}
      <p className="pd-Alerts-buttons">
        <button
          type="submit"
          className="pd-Button pd-mod-primary"
          disabled={saving || open}
        >
          {saving ? trans.__('Saving…') : trans.__('Save')}
        </button>
        <button type="button" className="pd-Button" onClick={onClose}>
          {trans.__('Cancel')}
        </button>
      </p>
    </form>
  );
}

function AddRule({
  kinds,
  onAdd
}: {
  kinds: readonly AlertKind[];
  onAdd: (kind: AlertKind) => void;
}): JSX.Element | null {
  const trans = useTranslation();
  if (kinds.length === 0) {
    return null;
  }
  return (
    <div
      className="pd-Alerts-add"
      role="group"
      aria-label={trans.__('Add a rule')}
    >
      {kinds.map(kind => (
        <button
          key={kind}
          type="button"
          className="pd-Button pd-mod-icon"
          onClick={() => onAdd(kind)}
        >
          <addIcon.react tag="span" width="16px" />
          {alertTitle(kind, trans)}
        </button>
      ))}
    </div>
  );
}

const NOTHING: Alerts = {
  rules: [],
  webhook: '',
  version: 0,
  states: [],
  delivery: '',
  editable: true
};

const draftOfSaved = (saved: Alerts | null): Draft => draftOf(saved ?? NOTHING);

/** What the server says against `rules.2.threshold`, said of its kind. */
function atItsRule(error: unknown, draft: Draft): unknown {
  if (!(error instanceof ApiError)) {
    return error;
  }
  const rules = rulesIn(draft);
  const fields = error.body.fields.map(each => {
    const index = /^rules\.(\d+)/.exec(each.field ?? '')?.[1];
    const kind = index === undefined ? undefined : rules[Number(index)]?.kind;
    return kind ? { ...each, field: kind } : each;
  });
  return new ApiError(error.status, { ...error.body, fields });
}
