import React from 'react';

import { Snippet } from '../ui/CopyButton';
import { useTranslation } from '../ui/translation';
import type { KernelObstacle } from './ask';
import { IWaysOut, WaysOut } from './WaysOut';

interface IObstacleProps extends IWaysOut {
  problem: KernelObstacle;
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
      <WaysOut {...props} />
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
