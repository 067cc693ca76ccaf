import React from 'react';

import type { Deployment } from '../api/contract';
import { Confirm, Modal } from '../ui/dialogs';
import { useTranslation } from '../ui/translation';
import {
  BulkAction,
  actionWord,
  consequence,
  doneWords,
  failedWords,
  questionWords
} from './bulkWords';

/** What could not be done, and why. */
export interface IFailure {
  deployment: Deployment;
  problem: string;
}

/** Asks before the same thing is done to many, and names them. */
export function BulkQuestion({
  action,
  deployments,
  onAnswer
}: {
  action: BulkAction;
  deployments: readonly Deployment[];
  onAnswer: (confirmed: boolean) => void;
}): JSX.Element {
  const trans = useTranslation();
  const count = deployments.length;
  return (
    <Confirm
      title={questionWords(action, count, trans)}
      action={actionWord(action, trans)}
      danger={action === 'delete'}
      typed={
        action !== 'delete'
          ? undefined
          : count === 1
            ? deployments[0]!.name
            : trans.__('delete %1', count)
      }
      onAnswer={onAnswer}
    >
      <ul className="pd-BulkList" tabIndex={0}>
        {deployments.map(({ id, name, group }) => (
          <li key={id}>
            {name} <span className="pd-quiet">{group}</span>
          </li>
        ))}
      </ul>
      <p>{consequence(action, trans)}</p>
    </Confirm>
  );
}

/** What could not be done, each with the server's words. */
export function BulkSummary({
  action,
  total,
  failures,
  onClose
}: {
  action: BulkAction;
  total: number;
  failures: readonly IFailure[];
  onClose: () => void;
}): JSX.Element {
  const trans = useTranslation();
  const done = total - failures.length;
  return (
    <Modal
      title={failedWords(action, failures.length, total, trans)}
      onCancel={onClose}
    >
      {done > 0 && <p>{doneWords(action, done, trans)}</p>}
      <ul className="pd-BulkList" tabIndex={0}>
        {failures.map(({ deployment, problem }) => (
          <li key={deployment.id}>
            <strong>{deployment.name}</strong>
            <div className="pd-breakable">{problem}</div>
          </li>
        ))}
      </ul>
      <p>{trans.__('They stay selected: mend the cause and try again.')}</p>
      <div className="pd-Modal-actions">
        <button
          type="button"
          className="pd-Button pd-mod-primary"
          data-first
          onClick={onClose}
        >
          {trans.__('Close')}
        </button>
      </div>
    </Modal>
  );
}
