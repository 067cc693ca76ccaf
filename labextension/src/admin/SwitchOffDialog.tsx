import React from 'react';

import { Modal } from '../ui/dialogs';
import { useTranslation } from '../ui/translation';
import { INamed, RunningList } from './RunningList';

/** Model Deployment is switched off while deployments run: what becomes of them? */
export function SwitchOffDialog({
  group,
  running,
  onAnswer
}: {
  group: string;
  running: readonly INamed[];
  onAnswer: (choice: 'stop' | 'keep' | null) => void;
}): JSX.Element {
  const trans = useTranslation();
  return (
    <Modal
      title={trans.__('Switch off Model Deployment for %1?', group)}
      onCancel={() => onAnswer(null)}
    >
      <p>
        {trans._n(
          '%1 deployment of this group runs:',
          '%1 deployments of this group run:',
          running.length
        )}
      </p>
      <RunningList deployments={running} />
      <p>
        {trans.__(
          'Let them run: callers notice nothing, but nobody can start or enlarge anything. Stop them: their callers get errors until they are started again.'
        )}
      </p>
      <div className="pd-Modal-actions">
        <button
          type="button"
          className="pd-Button"
          data-first
          onClick={() => onAnswer(null)}
        >
          {trans.__('Cancel')}
        </button>
        <button
          type="button"
          className="pd-Button pd-mod-danger"
          onClick={() => onAnswer('stop')}
        >
          {trans.__('Stop them')}
        </button>
        <button
          type="button"
          className="pd-Button pd-mod-primary"
          onClick={() => onAnswer('keep')}
        >
          {trans.__('Let them run')}
        </button>
      </div>
    </Modal>
  );
}
