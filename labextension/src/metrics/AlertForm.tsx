import { addIcon } from '@jupyterlab/ui-components';
import React, { useEffect, useRef, useState } from 'react';

import { TextField } from '../admin/Field';
import type { AlertKind, Alerts } from '../api/contract';
import { ApiError } from '../api/errors';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import {
  AlertMessages,
  IAlertsDraft,
  IRuleDraft,
  problemsOf,
  proposedRule,
  sameSettings,
  settingsOf
} from './alertDraft';
import { ALERT_KINDS, alertTitle } from './alertWords';
import { RuleFields } from './RuleFields';

export interface IAlertFormProps {
  id: string;
  /** What is there to begin with. */
  begin: IAlertsDraft;
  /** What was stored then. */
  before: Alerts;
  onClose: () => void;
  onSaved: () => Promise<void>;
  /** Begin again from what somebody else stored. */
  onReload: (now: Alerts) => void;
}

/** All rules of a deployment, and whom to tell. */
export function AlertForm(props: IAlertFormProps): JSX.Element {
  const { id, begin, before, onClose, onSaved, onReload } = props;
  const trans = useTranslation();
  const { client } = useSession();
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState(begin);
  const [messages, setMessages] = useState<AlertMessages>({});
  const [problem, setProblem] = useState('');
  const [saving, setSaving] = useState(false);
  /** What somebody else stored meanwhile. */
  const [theirs, setTheirs] = useState<Alerts | null>(null);

  useEffect(() => {
    form.current?.querySelector<HTMLElement>('input, button')?.focus();
  }, []);
  useEffect(() => setDraft(begin), [begin]);
  useEffect(() => {
    if (Object.keys(messages).length > 0) {
      form.current
        ?.querySelector<HTMLElement>('[aria-invalid="true"]')
        ?.focus();
    }
  }, [messages]);

  const change = (next: IRuleDraft) =>
    setDraft({
      ...draft,
      rules: draft.rules.map(rule => (rule.kind === next.kind ? next : rule))
    });
  const others = ALERT_KINDS.filter(
    kind => !draft.rules.some(rule => rule.kind === kind)
  );

  const save = async (against: Alerts) => {
    const found = problemsOf(draft, trans);
    setMessages(found);
    setProblem('');
    if (Object.keys(found).length > 0) {
      return;
    }
    setSaving(true);
    try {
      // Rules have no version that a request could name: what is there now is looked at right before.
      const now = await client.alerts(id);
      if (!sameSettings(now, against)) {
        setTheirs(now);
        return;
      }
      await client.setAlerts(id, settingsOf(draft, now));
      await onSaved();
    } catch (error) {
      setMessages(messagesOf(error, draft));
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setSaving(false);
    }
  };

  return (
    <form
      ref={form}
      className="pd-AlertForm"
      aria-label={trans.__('Alerts')}
      aria-busy={saving}
      noValidate
      onSubmit={event => {
        event.preventDefault();
        if (!saving) {
          void save(before);
        }
      }}
    >
      {draft.rules.map(rule => (
        <RuleFields
          key={rule.kind}
          rule={rule}
          message={messages[rule.kind]}
          onChange={change}
          onRemove={() =>
            setDraft({
              ...draft,
              rules: draft.rules.filter(one => one.kind !== rule.kind)
            })
          }
        />
      ))}
      {others.length > 0 && (
        <AddRule
          kinds={others}
          onAdd={kind =>
            setDraft({ ...draft, rules: [...draft.rules, proposedRule(kind)] })
          }
        />
      )}
      <Webhook
        value={draft.webhook}
        stored={before.webhook}
        message={messages.webhook}
        onChange={webhook => setDraft({ ...draft, webhook })}
      />
      {theirs && (
        <div className="pd-Conflict" role="alert">
          <p>{trans.__('Somebody else changed the alerts meanwhile.')}</p>
          <p className="pd-Alerts-buttons">
            <button
              type="button"
              className="pd-Button"
              onClick={() => {
                setTheirs(null);
                onReload(theirs);
              }}
            >
              {trans.__('Begin again with theirs')}
            </button>
            <button
              type="button"
              className="pd-Button"
              disabled={saving}
              onClick={() => {
                setTheirs(null);
                void save(theirs);
              }}
            >
              {trans.__('Replace theirs with mine')}
            </button>
          </p>
        </div>
      )}
      {problem && (
        <p className="pd-Form-problem" role="alert">
          {problem}
        </p>
      )}
      <p className="pd-Alerts-buttons">
        <button
          type="submit"
          className="pd-Button pd-mod-primary"
          disabled={saving || theirs !== null}
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
}): JSX.Element {
  const trans = useTranslation();
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

/** Whom to tell; a stored address is shown without its path, so it stays, goes, or is typed anew. */
function Webhook({
  value,
  stored,
  message,
  onChange
}: {
  /** null: the stored one stays. */
  value: string | null;
  stored: string;
  message: string | undefined;
  onChange: (value: string | null) => void;
}): JSX.Element {
  const trans = useTranslation();
  if (value === null) {
    return (
      <div className="pd-Alerts-kept">
        <span>
          <span className="pd-quiet">{trans.__('Webhook')}</span>{' '}
          <code>{stored}</code>
        </span>
        <button type="button" className="pd-Link" onClick={() => onChange('')}>
          {trans.__('Change or remove')}
        </button>
      </div>
    );
  }
  return (
    <>
      <TextField
        label={trans.__('Webhook (optional)')}
        hint={trans.__(
          'Gets a POST with JSON when an alert begins or ends. Its path is not shown again. Empty: nobody is called.'
        )}
        placeholder="https://hooks.example.com/…"
        value={value}
        message={message}
        onChange={onChange}
      />
      {stored && (
        <button
          type="button"
          className="pd-Link pd-Alerts-keep"
          onClick={() => onChange(null)}
        >
          {trans.__('Keep %1', stored)}
        </button>
      )}
    </>
  );
}

/** What the server says against fields. */
function messagesOf(error: unknown, draft: IAlertsDraft): AlertMessages {
  const messages: AlertMessages = {};
  if (error instanceof ApiError) {
    for (const { field, message } of error.body.fields) {
      const at = /^rules\.(\d+)/.exec(field ?? '')?.[1];
      const kind = at === undefined ? undefined : draft.rules[Number(at)]?.kind;
      const name = kind ?? (field === 'webhook' ? field : undefined);
      if (name) {
        messages[name] = message;
      }
    }
  }
  return messages;
}
