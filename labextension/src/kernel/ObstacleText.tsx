import React from 'react';

import { Snippet } from '../ui/CopyButton';
import { useTranslation } from '../ui/translation';
import type { KernelObstacle } from './ask';

interface IObstacleProps {
  problem: KernelObstacle;
  onAgain: () => void;
  onForm: () => void;
  onCancel: () => void;
}

/** Why the kernel's models can't be offered, and the ways out. */
export function ObstacleText(props: IObstacleProps): JSX.Element {
  const trans = useTranslation();
  return (
    <>
      <div role="alert">
        <Words problem={props.problem} />
      </div>
      <p>
        {trans.__(
          'A model that was stored before, or one in a file, can be deployed from the empty form.'
        )}
      </p>
      <div className="pd-Modal-actions">
        <button type="button" className="pd-Button" onClick={props.onCancel}>
          {trans.__('Cancel')}
        </button>
        <button type="button" className="pd-Button" onClick={props.onForm}>
          {trans.__('Empty form')}
        </button>
        <button
          type="button"
          className="pd-Button pd-mod-primary"
          data-first
          onClick={props.onAgain}
        >
          {trans.__('Look again')}
        </button>
      </div>
    </>
  );
}

function Words({ problem }: { problem: KernelObstacle }): JSX.Element {
  const trans = useTranslation();
  switch (problem.obstacle) {
    case 'no-kernel':
      return (
        <p>
          {trans.__(
            'This notebook has no kernel. Start one, run the cells that make the model, and look again.'
          )}
        </p>
      );
    case 'dead':
      return (
        <p>
          {trans.__(
            'The kernel has ended or restarted: its variables are gone. Run the cells that make the model, and look again.'
          )}
        </p>
      );
    case 'other-language':
      return (
        <p>
          {trans.__(
            'The kernel runs %1. Only models of Python kernels can be deployed from their variables.',
            problem.message
          )}
        </p>
      );
    case 'no-package':
      return (
        <>
          <p>
            {trans.__(
              'The kernel’s environment lacks this package. Run this in a cell, and look again:'
            )}
          </p>
          <Snippet code="%pip install primehub-deploy-ext" />
        </>
      );
    case 'failed':
      return (
        <>
          <p>{trans.__('The kernel could not be asked for its models.')}</p>
          {problem.message && <pre>{problem.message}</pre>}
        </>
      );
  }
}
