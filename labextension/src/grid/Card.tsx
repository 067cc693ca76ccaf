import React, { memo } from 'react';

import { Endpoint } from '../ui/CopyButton';
import { Replicas, Trouble, Updated } from '../ui/facts';
import { useTranslation } from '../ui/translation';
import { MadeBy } from '../ui/MadeBy';
import { IRowProps, LiveStatus, Tick, Title, openingRow } from './cells';
import { MetadataButton } from './Metadata';
import { RowMenu } from './RowMenu';
import { Traffic, isWorthMeasuring } from './Traffic';

/** A deployment as a card. */
export const Card = memo((props: IRowProps): JSX.Element => {
  const { deployment, group, actions, doing, traffic } = props;
  const trans = useTranslation();
  return (
    <div
      className={`pd-Card pd-mod-${deployment.status.phase}`}
      {...openingRow(actions, deployment)}
    >
      <div className="pd-Card-head">
        <Tick {...props} />
        <Title {...props} />
        <RowMenu
          deployment={deployment}
          actions={actions}
          busy={doing !== undefined}
        />
      </div>
      <div className="pd-Card-line">
        <LiveStatus {...props} />
        <Replicas {...props} labelled />
      </div>
      <Trouble {...props} />
      {/* Of stopped ones too: cards of one height are found again where they were. */}
      {traffic !== undefined && isWorthMeasuring(deployment, traffic) && (
        <Traffic {...props} />
      )}
      <Endpoint url={deployment.endpoint} />
      <div className="pd-Card-line">
        <span
          className="pd-Group"
          title={trans.__('Group: %1', deployment.group)}
        >
          {group}
        </span>
        <MadeBy deployment={deployment} />
        <span className="pd-Card-aside">
          <MetadataButton {...props} bare />
          <Updated {...props} />
        </span>
      </div>
    </div>
  );
});
Card.displayName = 'Card';
