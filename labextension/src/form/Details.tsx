import React from 'react';

import { Field, Switch } from '../admin/Field';
import { useTranslation } from '../ui/translation';
import { missingValues } from './checks';
import { useForm } from './context';
import { Identity } from './Identity';
import { ModelField } from './ModelField';
import { Pairs } from './Pairs';
import { TextArea } from './TextArea';

/** Deployment Details: what is served, and under which name. */
export function Details(
  props: React.ComponentProps<typeof Identity>
): JSX.Element {
  const trans = useTranslation();
  return (
    <fieldset className="pd-Form-part">
      <legend>{trans.__('Deployment Details')}</legend>
      <Identity {...props} />
      <ModelField />
    </fieldset>
  );
}

/** More Details: what is left as it is most of the time. */
export function MoreDetails(): JSX.Element {
  const trans = useTranslation();
  const { draft, change, messages, me, group, busy } = useForm();
  const missing = missingValues(draft);
  const secrets = group?.pull_secrets ?? [];
  return (
    <fieldset className="pd-Form-part">
      <legend>{trans.__('More Details')}</legend>
      <Field
        label={trans.__('Image Pull Secret')}
        hint={
          me.engine.images
            ? undefined
            : trans.__(
                'Only for model images, which the engine “%1” doesn’t run.',
                me.engine.name
              )
        }
      >
        {ids => (
          <select
            {...ids}
            className="pd-Select pd-mod-wide"
            value={draft.pullSecret}
            disabled={busy || !me.engine.images || secrets.length === 0}
            onChange={event => change('pullSecret', event.target.value)}
          >
            <option value="">{trans.__('none')}</option>
            {secrets.map(name => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
      </Field>
      <TextArea
        label={trans.__('Description')}
        value={draft.description}
        message={messages['description']}
        disabled={busy}
        onChange={value => change('description', value)}
      />
      <Pairs
        field="env"
        label={trans.__('Environment Variables')}
        secret
        hint={
          missing.length > 0
            ? trans.__(
                'Values are never shown or stored, so that none comes with a copy or a kept draft. To be entered again: %1.',
                missing.join(', ')
              )
            : trans.__('Values are hidden from everybody once they are sent.')
        }
        placeholders={() => [trans.__('NAME'), trans.__('value')]}
      />
      <div className="pd-Field">
        <Switch
          label={trans.__('Private Access')}
          checked={draft.access === 'private'}
          disabled={busy || !me.engine.private}
          onChange={on => change('access', on ? 'private' : 'public')}
        >
          {trans.__('Private Access')}
        </Switch>
        <p className="pd-Field-hint">
          {!me.engine.private
            ? trans.__(
                'The engine “%1” has no private endpoints.',
                me.engine.name
              )
            : draft.access === 'private'
              ? trans.__(
                  'Only clients with a token may call the endpoint. Add the first one on the tab Access.'
                )
              : trans.__('Whoever reaches the endpoint may call it.')}
        </p>
        {messages['access'] && (
          <p className="pd-Field-message" role="alert">
            {messages['access']}
          </p>
        )}
      </div>
      <TextArea
        label={trans.__('Update Message')}
        hint={trans.__('Why, for the history.')}
        rows={2}
        value={draft.updateMessage}
        message={messages['update_message']}
        disabled={busy}
        onChange={value => change('updateMessage', value)}
      />
    </fieldset>
  );
}

/** Metadata: labels for people. */
export function Metadata(): JSX.Element {
  const trans = useTranslation();
  return (
    <fieldset className="pd-Form-part">
      <legend>{trans.__('Metadata')}</legend>
      <Pairs
        field="metadata"
        label={trans.__('Names and values')}
        placeholders={number => [`key${number}`, `value${number}`]}
      />
    </fieldset>
  );
}
