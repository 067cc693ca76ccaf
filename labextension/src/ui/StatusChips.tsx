import React, { PropsWithChildren } from 'react';

import type { Phase } from '../api/contract';
import { ISelection, PHASES } from '../model/selection';
import { PhaseIcon } from './Status';
import { useTranslation } from './translation';
import { phaseWord } from './vocabulary';

export interface IStatusChipsProps {
  counts: ISelection['counts'];
  phases: ReadonlySet<Phase>;
  shown?: boolean;
  onPhases: (phases: ReadonlySet<Phase>) => void;
}

/** One chip per status that counts, and filters when it is pressed; more chips may follow. */
export function StatusChips(
  props: PropsWithChildren<IStatusChipsProps>
): JSX.Element | null {
  const { counts, phases, shown = true, onPhases, children } = props;
  const trans = useTranslation();
  const toggle = (phase: Phase) => {
    const next = new Set(phases);
    if (!next.delete(phase)) {
      next.add(phase);
    }
    onPhases(next);
  };
  return shown ? (
    <div
      className="pd-Chips"
      role="group"
      aria-label={trans.__('Filter by status')}
    >
      {PHASES.map(phase => (
        <button
          type="button"
          key={phase}
          className={`pd-Chip pd-mod-${phase}`}
          aria-pressed={phases.has(phase)}
          onClick={() => toggle(phase)}
        >
          <PhaseIcon phase={phase} />
          {phaseWord(phase, trans)}
          <span className="pd-Chip-count">{counts[phase]}</span>
        </button>
      ))}
      {children}
    </div>
  ) : null;
}
