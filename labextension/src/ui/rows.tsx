import React, { memo } from 'react';

import type { Deployment } from '../api/contract';
import { useResource } from '../model/binding';
import { Endpoint } from './CopyButton';
import { amount } from './QuotaBars';
import { useSession } from './session';
import { Status } from './Status';
import { exactTime, relativeTime } from './time';
import { useLocale, useTranslation } from './translation';
import { trouble } from './vocabulary';

export interface IRowProps {
  deployment: Deployment;
  now: number;
  /** One row at a time is opened: it shows its message and endpoint in full. */
  open: boolean;
  onToggle: (id: string) => void;
  /** What an open row offers to do. */
  buttons?: (deployment: Deployment) => JSX.Element;
}

/** The name; a button that opens and closes the row. */
export function Title({ deployment, open, onToggle }: IRowProps): JSX.Element {
  return (
    <button
      type="button"
      className="pd-Title"
      aria-expanded={open}
      title={deployment.name}
      onClick={() => onToggle(deployment.id)}
    >
      {deployment.name}
    </button>
  );
}

/** How many replicas answer, of how many; a card has no column title to say what the numbers are. */
export function Replicas({
  deployment,
  labelled
}: IRowProps & { labelled?: boolean }): JSX.Element {
  const trans = useTranslation();
  const { ready, desired } = deployment.status.replicas;
  const words = trans.__('%1 of %2 replicas ready', ready, desired);
  return (
    <span className="pd-Replicas" title={words}>
      <span aria-hidden="true">
        {labelled
          ? trans.__('%1/%2 ready', ready, desired)
          : `${ready}/${desired}`}
      </span>
      <span className="pd-visuallyHidden">{words}</span>
    </span>
  );
}

export function Updated({ deployment, now }: IRowProps): JSX.Element {
  const trans = useTranslation();
  const locale = useLocale();
  const { updated_at, updated_by } = deployment;
  return (
    <time
      className="pd-Updated"
      dateTime={updated_at}
      title={trans.__('%1 by %2', exactTime(updated_at, locale), updated_by)}
    >
      {relativeTime(updated_at, now, locale)}
    </time>
  );
}

/** What went wrong: two lines of it, everything when the row is open. */
export function Trouble({ deployment, open }: IRowProps): JSX.Element | null {
  const trans = useTranslation();
  const what = trouble(deployment, trans);
  return what ? (
    <p
      className={`pd-Trouble pd-mod-${deployment.status.phase}`}
      title={open ? undefined : what.message}
    >
      <strong>{what.reason}</strong> {what.message}
    </p>
  ) : null;
}

/** What only an open row shows. */
export function Facts({ deployment, buttons }: IRowProps): JSX.Element {
  const trans = useTranslation();
  const { id, revision, serving_revision, endpoint } = deployment;
  const served =
    serving_revision === null || serving_revision === undefined
      ? trans.__('none')
      : String(serving_revision);
  return (
    <>
      <dl className="pd-Facts">
        <dt>{trans.__('ID')}</dt>
        <dd>
          <code>{id}</code>
        </dd>
        <dt>{trans.__('Endpoint')}</dt>
        <dd>
          <code>{endpoint}</code>
        </dd>
        <dt>{trans.__('Instance type')}</dt>
        <dd>
          <InstanceTypeName deployment={deployment} />
        </dd>
        <dt>{trans.__('Revision')}</dt>
        <dd>
          {serving_revision === revision
            ? revision
            : trans.__('%1, serving: %2', revision, served)}
        </dd>
      </dl>
      {buttons?.(deployment)}
    </>
  );
}

/** What each replica was given; a type that is gone says so, and what it gave. */
function InstanceTypeName({
  deployment
}: Pick<IRowProps, 'deployment'>): JSX.Element {
  const trans = useTranslation();
  const me = useResource(useSession().me, false).value;
  const { group, spec } = deployment;
  const owner = me?.groups.find(({ name }) => name === group);
  const { cpu, memory } = spec.resources ?? {};
  const amounts = [
    cpu ? amount('cpu', cpu, trans) : '',
    memory ? amount('memory', memory, trans) : ''
  ].filter(Boolean);
  return (
    <>
      {spec.instance_type}
      {amounts.length > 0 && ` (${amounts.join(', ')})`}
      {owner && !owner.instance_types.includes(spec.instance_type) && (
        <span className="pd-Deleted">
          {trans.__('deleted or withdrawn; what runs keeps it')}
        </span>
      )}
    </>
  );
}

/** A deployment where there is little room; scrolling draws only those anew that come into view. */
export const Card = memo((props: IRowProps): JSX.Element => {
  const { deployment, now, open } = props;
  const trans = useTranslation();
  return (
    <div className="pd-Card">
      <div className="pd-Card-line">
        <Title {...props} />
        <Updated {...props} />
      </div>
      <div className="pd-Card-line">
        <Status deployment={deployment} now={now} />
        <Replicas {...props} labelled />
      </div>
      <Trouble {...props} />
      <div className="pd-Card-line">
        <Endpoint url={deployment.endpoint} />
        <span
          className="pd-Group"
          title={trans.__('Group: %1', deployment.group)}
        >
          {deployment.group}
        </span>
      </div>
      {open && <Facts {...props} />}
    </div>
  );
});
Card.displayName = 'Card';

/** A deployment's rows of the table: one, and a second one when it is open. */
export const TableRows = memo(
  (props: IRowProps & { position: number }): JSX.Element => {
    const { deployment, now, open, position } = props;
    return (
      <>
        <tr aria-rowindex={position + 1}>
          <th scope="row">
            <Title {...props} />
          </th>
          <td title={deployment.group}>{deployment.group}</td>
          <td className="pd-Table-status">
            <Status deployment={deployment} now={now} />
            <Trouble {...props} />
          </td>
          <td>
            <Replicas {...props} />
          </td>
          <td>
            <Endpoint url={deployment.endpoint} />
          </td>
          <td>
            <Updated {...props} />
          </td>
        </tr>
        {open && (
          <tr className="pd-Table-more">
            <td colSpan={6}>
              <Facts {...props} />
            </td>
          </tr>
        )}
      </>
    );
  }
);
TableRows.displayName = 'TableRows';
