import { deleteIcon, runIcon, stopIcon } from '@jupyterlab/ui-components';
import React, { memo } from 'react';

import type { Deployment, Measurement, MetricsSummary } from '../api/contract';
import { formatCpu, memoryPair } from '../model/quantities';
import type { IDeploymentControls } from '../ui/actions';
import { Replicas, Trouble, Updated } from '../ui/facts';
import { Status } from '../ui/Status';
import { useTranslation } from '../ui/translation';
import { Errors, Qps } from './traffic';

export interface IOversightProps {
  deployment: Deployment;
  /** What people call the group that owns it. */
  group: string;
  /** What it really uses; none: not measured. */
  measurement: Measurement | undefined;
  /** What it answers; none: not measured. */
  traffic: MetricsSummary | undefined;
  now: number;
  /** Something is being done to it. */
  busy: boolean;
  /** Left out: nothing may be done. */
  run?: IDeploymentControls['run'];
}

export const OversightRow = memo(
  (props: IOversightProps & { position: number }): JSX.Element => {
    const { deployment, now, position } = props;
    return (
      <tr aria-rowindex={position + 1}>
        <th scope="row">
          <Name {...props} />
        </th>
        <td title={deployment.group}>{props.group}</td>
        <td title={deployment.created_by}>{deployment.created_by}</td>
        <td className="pd-Table-status">
          <Status deployment={deployment} now={now} />
          <Trouble {...props} />
        </td>
        <td>
          <Replicas {...props} />
        </td>
        <td>
          <Qps {...props} />
        </td>
        <td>
          <Errors {...props} />
        </td>
        <td>
          <Used {...props} name="cpu" />
        </td>
        <td>
          <Used {...props} name="memory" />
        </td>
        <td>
          <Updated {...props} />
        </td>
        <td className="pd-Column-actions">
          <Actions {...props} />
        </td>
      </tr>
    );
  }
);

export const OversightCard = memo((props: IOversightProps): JSX.Element => {
  const { deployment, now } = props;
  const trans = useTranslation();
  return (
    <div className="pd-Card">
      <div className="pd-Card-line pd-mod-top">
        <Name {...props} />
        <Actions {...props} />
      </div>
      <div className="pd-Card-line">
        <Status deployment={deployment} now={now} />
        <Replicas {...props} labelled />
      </div>
      <Trouble {...props} />
      <div className="pd-Card-line pd-mod-traffic">
        <Qps {...props} labelled />
        <Errors {...props} labelled />
      </div>
      <div className="pd-Card-line pd-mod-used">
        <Used {...props} name="cpu" labelled />
        <Used {...props} name="memory" labelled />
      </div>
      <div className="pd-Card-line pd-quiet">
        <span className="pd-ellipsis">
          {trans.__('%1, by %2', props.group, deployment.created_by)}
        </span>
        <Updated {...props} />
      </div>
    </div>
  );
});

function Name({ deployment }: IOversightProps): JSX.Element {
  return (
    <div className="pd-ItemTitle" title={deployment.endpoint}>
      <span className="pd-Item-title">{deployment.name}</span>
      <span className="pd-ItemTitle-note">{deployment.id}</span>
    </div>
  );
}

/** What it uses of what it was allotted. */
function Used({
  deployment,
  measurement,
  name,
  labelled
}: IOversightProps & {
  name: 'cpu' | 'memory';
  labelled?: boolean;
}): JSX.Element {
  const trans = useTranslation();
  const allotted = deployment.usage[name];
  const used = measurement?.[name];
  const title = name === 'cpu' ? trans.__('CPU') : trans.__('Memory');
  if (allotted === 0 && used === undefined) {
    return (
      <span className="pd-Used pd-quiet" title={trans.__('uses nothing')}>
        {labelled ? `${title} –` : '–'}
      </span>
    );
  }
  const [now, most] =
    name === 'cpu'
      ? [(used ?? 0).toFixed(2), formatCpu(allotted)]
      : memoryPair(used ?? 0, allotted);
  const share = allotted > 0 && used !== undefined ? used / allotted : 0;
  const level = share > 1 ? ' pd-mod-over' : share > 0.9 ? ' pd-mod-full' : '';
  return (
    <span
      className={`pd-Used${level}`}
      title={
        used === undefined
          ? trans.__('%1: not measured, allotted %2', title, most)
          : trans.__('%1: uses %2, allotted %3', title, now, most)
      }
    >
      <span>
        {labelled && <span className="pd-quiet">{title} </span>}
        {used === undefined ? '–' : now}
        <span className="pd-quiet"> / {most}</span>
      </span>
      {used !== undefined && (
        <span className="pd-Used-track" aria-hidden="true">
          <span
            className="pd-Used-fill"
            style={{ width: `${Math.min(100, 100 * share)}%` }}
          />
        </span>
      )}
    </span>
  );
}

function Actions({
  deployment,
  busy,
  run
}: IOversightProps): JSX.Element | null {
  const trans = useTranslation();
  if (!run || deployment.managed_by) {
    return null;
  }
  const { name, spec } = deployment;
  const action = spec.stopped ? 'start' : 'stop';
  const label =
    action === 'start' ? trans.__('Start %1', name) : trans.__('Stop %1', name);
  const Icon = action === 'start' ? runIcon : stopIcon;
  const remove = trans.__('Delete %1', name);
  return (
    <span className="pd-IconButtons">
      <button
        type="button"
        className="pd-IconButton"
        aria-label={label}
        title={label}
        aria-busy={busy}
        onClick={() => void run(action, deployment)}
      >
        <Icon.react tag="span" width="16px" />
      </button>
      <button
        type="button"
        className="pd-IconButton"
        aria-label={remove}
        title={remove}
        aria-busy={busy}
        onClick={() => void run('delete', deployment)}
      >
        <deleteIcon.react tag="span" width="16px" />
      </button>
    </span>
  );
}
