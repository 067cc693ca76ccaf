import React, { useRef } from 'react';

import type { IDeploymentControls } from '../ui/actions';
import { MoreGlyph } from '../ui/glyphs';
import { MenuButton } from '../ui/Menu';
import { useNavigation } from '../ui/navigation';
import { useWide } from '../ui/observers';
import { useTranslation } from '../ui/translation';
import { useDetail } from './context';

/** From this width on all buttons have room in one line (px). */
const ROOM = 440;

/** So many stay buttons where there is less room. */
const FIRST = 2;

interface IAction {
  word: string;
  act: () => void;
  /** Not while something is being done to it. */
  waits?: boolean;
  danger?: boolean;
}

/** What can be done with the deployment; where there is little room, what is done less often is a menu. */
export function HeadButtons({
  controls
}: {
  controls: IDeploymentControls;
}): JSX.Element {
  const trans = useTranslation();
  const { deployment, writable } = useDetail();
  const { go, back } = useNavigation();
  const { id, spec } = deployment;
  const group = useRef<HTMLDivElement>(null);
  const wide = useWide(group, ROOM);
  const busy = controls.busy.has(id);
  const remove = async () => {
    if (await controls.run('delete', deployment)) {
      back?.();
    }
  };
  const clone = {
    word: trans.__('Clone'),
    act: () => controls.clone(deployment)
  };
  const changes: IAction[] = [
    { word: trans.__('Update'), act: () => go({ view: 'update', id }) },
    spec.stopped
      ? { word: trans.__('Start'), act: run('start'), waits: true }
      : { word: trans.__('Stop'), act: run('stop'), waits: true },
    ...(spec.stopped
      ? []
      : [{ word: trans.__('Restart'), act: run('restart'), waits: true }]),
    { word: trans.__('Scale'), act: run('scale'), waits: true },
    clone,
    {
      word: trans.__('Delete'),
      act: () => void remove(),
      waits: true,
      danger: true
    }
  ];
  const all: IAction[] = writable ? changes : [clone];
  const shown = wide ? all : all.slice(0, FIRST);
  const folded = all.slice(shown.length);
  return (
    <div
      ref={group}
      className="pd-DetailHead-actions"
      role="group"
      aria-label={trans.__('Actions')}
    >
      {shown.map(({ word, act, waits }) => (
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
      {folded.length > 0 && (
        <MenuButton
          label={trans.__('More actions')}
          icon={<MoreGlyph />}
          busy={busy}
          items={() =>
            folded.map(({ word, act, danger }) => ({
              label: word,
              onChoose: act,
              danger,
              apart: danger
            }))
          }
        />
      )}
    </div>
  );

  function run(action: 'start' | 'stop' | 'restart' | 'scale') {
    return () => void controls.run(action, deployment);
  }
}
