import React from 'react';

import type { Deployment } from '../api/contract';
import type { DeploymentAction } from '../model/doing';
import { Confirm } from './dialogs';
import { amount } from './QuotaBars';
import { useTranslation } from './translation';

export interface IQuestionProps {
  action: Exclude<DeploymentAction, 'scale'>;
  deployment: Deployment;
  onAnswer: (confirmed: boolean) => void;
}

/** Asks before something is done to a deployment, and says what comes of it. */
export function Question(props: IQuestionProps): JSX.Element {
  const { action, deployment, onAnswer } = props;
  const trans = useTranslation();
  const { name, group, usage, endpoint, spec } = deployment;
  switch (action) {
    case 'stop':
      return (
        <Confirm
          title={trans.__('Stop %1?', name)}
          action={trans.__('Stop')}
          onAnswer={onAnswer}
        >
          <p>
            {trans.__(
              'Callers get an error that says so until it is started again.'
            )}
          </p>
          <p>
            {trans.__(
              'The group %1 gets back %2 and %3.',
              group,
              amount('cpu', usage.cpu, trans),
              amount('memory', usage.memory, trans)
            )}
          </p>
        </Confirm>
      );
    case 'start':
      return (
        <Confirm
          title={trans.__('Start %1?', name)}
          action={trans.__('Start')}
          onAnswer={onAnswer}
        >
          <p>
            {trans.__(
              'It runs as it was before, and counts against the quota of the group %1.',
              group
            )}
          </p>
        </Confirm>
      );
    case 'restart':
      return (
        <Confirm
          title={trans.__('Restart %1?', name)}
          action={trans.__('Restart')}
          onAnswer={onAnswer}
        >
          <p>
            {trans.__(
              'Every replica is replaced by a fresh one. The old ones answer until the new ones are ready.'
            )}
          </p>
        </Confirm>
      );
    case 'delete':
      return (
        <Confirm
          title={trans.__('Delete %1 for good?', name)}
          action={trans.__('Delete')}
          typed={name}
          danger
          onAnswer={onAnswer}
        >
          <p>{trans.__('Lost are:')}</p>
          <ul className="pd-Lost">
            <li className="pd-breakable">
              {trans.__('its endpoint:')} <code>{endpoint}</code>
            </li>
            <li>
              {trans._n(
                'its history of %1 revision',
                'its history of %1 revisions',
                deployment.revision
              )}
            </li>
            {spec.access === 'private' && (
              <li>{trans.__('its clients and their tokens')}</li>
            )}
          </ul>
          <p>{trans.__('This can’t be undone.')}</p>
        </Confirm>
      );
  }
}
