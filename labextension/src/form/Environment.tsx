import React, { useId } from 'react';

import type { Deployment, InstanceType } from '../api/contract';
import { Field, TextField } from '../admin/Field';
import { QuotaBars, amount, quotaTitle } from '../ui/QuotaBars';
import { formatCpu, formatMemory } from '../model/quantities';
import { useTranslation } from '../ui/translation';
import { groupTitle } from '../ui/vocabulary';
import { replicasOf } from './checks';
import { useForm } from './context';
import { exceeded, roomFor, usageAfter } from './room';

/** Environment Settings: who owns it, how large a replica is, and how many there are. */
export function Environment(): JSX.Element {
  const trans = useTranslation();
  return (
    <fieldset className="pd-Form-part pd-DeployForm-environment">
      <legend>{trans.__('Environment Settings')}</legend>
      <GroupField />
      <Sizes />
      <Replicas />
      <GroupQuota />
    </fieldset>
  );
}

function GroupField(): JSX.Element {
  const trans = useTranslation();
  const { me, draft, set, messages, deployment, group, busy } = useForm();
  if (deployment) {
    return (
      <TextField
        label={trans.__('Group')}
        hint={trans.__('Stays as it is.')}
        value={group ? groupTitle(group) : deployment.group}
        disabled
        onChange={() => undefined}
      />
    );
  }
  return (
    <Field label={trans.__('Group')} message={messages['group']}>
      {ids => (
        <select
          {...ids}
          className="pd-Select pd-mod-wide"
          value={draft.group}
          disabled={busy}
          // Sizes are those of a group.
          onChange={event =>
            set({ group: event.target.value, instanceType: '' })
          }
        >
          {draft.group === '' && (
            <option value="" disabled>
              {trans.__('Select a group')}
            </option>
          )}
          {me.groups.map(one => (
            <option key={one.name} value={one.name} disabled={!one.enabled}>
              {one.enabled
                ? groupTitle(one)
                : trans.__('%1 (not enabled)', groupTitle(one))}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Sizes(): JSX.Element {
  const trans = useTranslation();
  const { draft, change, messages, sizes, size, deployment, group, busy } =
    useForm();
  const name = useId();
  const message = messages['instance_type'];
  const gone =
    deployment !== null &&
    sizes !== null &&
    sizes.every(one => one.name !== deployment.spec.instance_type);
  const shown: readonly InstanceType[] = gone
    ? [goneSize(deployment.spec), ...sizes]
    : (sizes ?? []);
  return (
    <fieldset
      className={`pd-Field pd-Sizes${message ? ' pd-mod-invalid' : ''}`}
      aria-describedby={message ? `${name}-message` : undefined}
    >
      <legend>{trans.__('Instance Type')}</legend>
      {sizes === null && group && (
        <p className="pd-Field-hint" role="status">
          {trans.__('Loading…')}
        </p>
      )}
      {sizes !== null && shown.length === 0 && (
        <p className="pd-Field-hint">
          {trans.__(
            'This group may use no instance type. Ask an administrator for one.'
          )}
        </p>
      )}
      <div className="pd-Sizes-list">
        {shown.map(one => (
          <Size
            key={one.name}
            name={name}
            size={one}
            deleted={gone && one.name === deployment.spec.instance_type}
            checked={
              one.name === (draft.instanceType || size?.name) &&
              shown.length > 0
            }
            disabled={busy}
            onChoose={() => change('instanceType', one.name)}
          />
        ))}
      </div>
      {message && (
        <p className="pd-Field-message" id={`${name}-message`} role="alert">
          {message}
        </p>
      )}
    </fieldset>
  );
}

/** An instance type that is gone, with what a deployment was given under its name. */
function goneSize(spec: {
  instance_type: string;
  resources: Deployment['spec']['resources'];
}): InstanceType {
  return {
    name: spec.instance_type,
    display_name: '',
    description: '',
    ...spec.resources,
    groups: null,
    version: 0
  };
}

function Size({
  name,
  size,
  deleted,
  checked,
  disabled,
  onChoose
}: {
  name: string;
  size: InstanceType;
  deleted: boolean;
  checked: boolean;
  disabled: boolean;
  onChoose: () => void;
}): JSX.Element {
  const trans = useTranslation();
  const { group, deployment } = useForm();
  const room =
    deleted || !group ? null : roomFor(group, size, deployment?.usage);
  const everything = trans.__('all of the machine');
  const parts = [
    ...(size.cpu || size.memory
      ? [
          trans.__('CPU: %1', size.cpu ? formatCpu(size.cpu) : everything),
          trans.__(
            'Memory: %1',
            size.memory ? formatMemory(size.memory) : everything
          )
        ]
      : [trans.__('CPU and memory: %1', everything)]),
    trans.__('GPU: %1', size.gpu ?? 0)
  ];
  return (
    <label className="pd-Size">
      <input
        type="radio"
        name={name}
        checked={checked}
        disabled={disabled}
        onChange={onChoose}
      />
      <span className="pd-Size-text">
        <span className="pd-Size-title">{size.display_name || size.name}</span>
        {deleted && (
          <span className="pd-Size-note">
            {trans.__('(The instance type %1 was deleted.)', size.name)}
          </span>
        )}
        {size.description && (
          <span className="pd-Size-note">{size.description}</span>
        )}
        <span className="pd-Size-facts">{parts.join(' · ')}</span>
      </span>
      {room !== null && (
        <span className={`pd-Size-room${room === 0 ? ' pd-mod-none' : ''}`}>
          {room === 0
            ? trans.__('no room left')
            : trans._n('room for %1', 'room for %1', room)}
        </span>
      )}
    </label>
  );
}

function Replicas(): JSX.Element {
  const trans = useTranslation();
  const { draft, change, messages, size, busy } = useForm();
  const count = replicasOf(draft.replicas);
  const total =
    size && count !== null && count > 0
      ? [
          size.cpu ? amount('cpu', size.cpu * count, trans) : null,
          size.memory ? formatMemory(size.memory * count) : null,
          size.gpu ? trans.__('%1 GPU', size.gpu * count) : null
        ].filter(part => part !== null)
      : [];
  return (
    <TextField
      label={trans.__('Replicas')}
      type="number"
      value={draft.replicas}
      message={messages['replicas']}
      hint={
        total.length > 0
          ? trans.__('together %1', total.join(' · '))
          : trans.__('Copies that share the requests.')
      }
      disabled={busy}
      onChange={value => change('replicas', value)}
    />
  );
}

/** What the group uses, and would use. */
function GroupQuota(): JSX.Element | null {
  const trans = useTranslation();
  const { group, size, draft, deployment } = useForm();
  if (!group) {
    return null;
  }
  const stopped = deployment?.spec.stopped === true;
  const after = stopped
    ? null
    : usageAfter(group, size, replicasOf(draft.replicas), deployment?.usage);
  const over = after ? exceeded(group, after) : [];
  return (
    <section
      className="pd-DeployForm-quota"
      aria-label={trans.__('Resources of %1', groupTitle(group))}
    >
      <h4>{trans.__('Resources of %1', groupTitle(group))}</h4>
      <QuotaBars
        quota={group.quota}
        usage={group.usage}
        after={after ?? undefined}
      />
      {over.length > 0 && (
        <p className="pd-Field-message" role="status">
          {trans.__(
            'This is more than the group may use: %1.',
            over.map(name => quotaTitle(name, trans)).join(', ')
          )}
        </p>
      )}
    </section>
  );
}
