import React from 'react';

import type { IDeploymentControls } from '../ui/actions';
import { useNavigation } from '../ui/navigation';
import { useTranslation } from '../ui/translation';
import { useDetail } from './context';

/** What can be done with the deployment. */
export function HeadButtons({
  controls
}: {
  controls: IDeploymentControls;
}): JSX.Element {
  const trans = useTranslation();
  const { deployment } = useDetail();
  const { go, back } = useNavigation();
  const { id, spec } = deployment;
  const busy = controls.busy.has(id);
  const remove = async () => {
    if (await controls.run('delete', deployment)) {
      back?.();
    }
  };
  const actions: { word: string; act: () => void; waits?: boolean }[] = [
    { word: trans.__('Update'), act: () => go({ view: 'update', id }) },
    spec.stopped
      ? { word: trans.__('Start'), act: run('start'), waits: true }
      : { word: trans.__('Stop'), act: run('stop'), waits: true },
    ...(spec.stopped
      ? []
      : [{ word: trans.__('Restart'), act: run('restart'), waits: true }]),
    { word: trans.__('Scale'), act: run('scale'), waits: true },
    { word: trans.__('Clone'), act: () => controls.clone(deployment) },
    { word: trans.__('Delete'), act: () => void remove(), waits: true }
  ];
  return (
    <div
      className="pd-DetailHead-actions"
      role="group"
      aria-label={trans.__('Actions')}
    >
      {actions.map(({ word, act, waits }) => (
        <button
          type="button"
          key={word}
          className="pd-Button"
          aria-busy={waits ? busy : undefined}
          onClick={act}
        >
          {word}
        </button>
      ))}
    </div>
  );

  function run(action: 'start' | 'stop' | 'restart' | 'scale') {
    return () => void controls.run(action, deployment);
  }
}
