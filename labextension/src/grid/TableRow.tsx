import React, { memo } from 'react';

import type { Column } from '../model/columns';
import { Endpoint } from '../ui/CopyButton';
import { Replicas, Trouble, Updated } from '../ui/facts';
import { exactTime, relativeTime } from '../ui/time';
import { useLocale, useTranslation } from '../ui/translation';
import { IRowProps, LiveStatus, Tick, Title, openingRow } from './cells';
import { MetadataButton } from './Metadata';
import { RowMenu } from './RowMenu';
import { SizeName } from './SizeName';
import { Traffic } from './Traffic';

export interface ITableRowProps extends IRowProps {
  columns: readonly Column[];
}

/** The cells of a deployment in the table. */
export const TableCells = memo((props: ITableRowProps): JSX.Element => {
  const { deployment, actions, doing, columns, onTick } = props;
  const click = openingRow(actions, deployment);
  return (
    <>
      {onTick && (
        <td className="pd-Table-tick">
          <Tick {...props} />
        </td>
      )}
      <th scope="row" className="pd-Table-title" {...click}>
        <Title {...props} />
      </th>
      {columns.map(column => (
        <td key={column} className={`pd-Table-${column}`} {...click}>
          <Cell {...props} column={column} />
        </td>
      ))}
      <td className="pd-Table-menu">
        <RowMenu
          deployment={deployment}
          actions={actions}
          busy={doing !== undefined}
        />
      </td>
    </>
  );
});
TableCells.displayName = 'TableCells';

function Cell(props: ITableRowProps & { column: Column }): JSX.Element | null {
  const { column, deployment, now } = props;
  const trans = useTranslation();
  const locale = useLocale();
  const { spec, revision, serving_revision } = deployment;
  switch (column) {
    case 'group':
      return <span title={deployment.group}>{props.group}</span>;
    case 'created_by':
      return <span title={deployment[column]}>{deployment[column]}</span>;
    case 'id':
      return <code title={deployment.id}>{deployment.id}</code>;
    case 'status':
      return (
        <>
          <LiveStatus {...props} />
          <Trouble {...props} />
        </>
      );
    case 'replicas':
      return <Replicas {...props} />;
    case 'traffic':
      return <Traffic {...props} />;
    case 'endpoint':
      return <Endpoint url={deployment.endpoint} />;
    case 'metadata':
      return Object.keys(spec.metadata ?? {}).length > 0 ? (
        <MetadataButton {...props} />
      ) : (
        <Nothing />
      );
    case 'updated':
      return <Updated {...props} />;
    case 'revision':
      return serving_revision === revision ? (
        <>{revision}</>
      ) : (
        <span>
          {trans.__(
            '%1, serving: %2',
            revision,
            serving_revision ?? trans.__('none')
          )}
        </span>
      );
    case 'instance_type':
      return <SizeName {...deployment} />;
    case 'access':
      return (
        <>
          {spec.access === 'private' ? trans.__('private') : trans.__('public')}
        </>
      );
    case 'created':
      return (
        <time
          dateTime={deployment.created_at}
          title={exactTime(deployment.created_at, locale)}
        >
          {relativeTime(deployment.created_at, now, locale)}
        </time>
      );
  }
}

/** There is none. */
function Nothing(): JSX.Element {
  const trans = useTranslation();
  return (
    <span className="pd-quiet">
      <span aria-hidden="true">–</span>
      <span className="pd-visuallyHidden">{trans.__('none')}</span>
    </span>
  );
}
