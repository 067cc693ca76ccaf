import { refreshIcon, searchIcon } from '@jupyterlab/ui-components';
import React from 'react';

import type { Phase } from '../api/contract';
import { IFilter, ISelection, PHASES, isFiltered } from '../model/selection';
import { PhaseIcon } from './Status';
import { useTranslation } from './translation';
import { phaseWord } from './vocabulary';

export interface IToolbarProps {
  filter: IFilter;
  counts: ISelection['counts'];
  refreshing: boolean;
  onFilter: (filter: IFilter) => void;
  onRefresh: () => void;
}

/** Search, refresh, and, once there is something to filter, one chip per status that counts and filters. */
export function Toolbar(props: IToolbarProps): JSX.Element {
  const { filter, counts, refreshing, onFilter, onRefresh } = props;
  const trans = useTranslation();
  const toggle = (phase: Phase) => {
    const phases = new Set(filter.phases);
    if (!phases.delete(phase)) {
      phases.add(phase);
    }
    onFilter({ ...filter, phases });
  };
  return (
    <div className="pd-Toolbar">
      <div className="pd-Toolbar-line">
        <div className="pd-Search">
          <searchIcon.react
            tag="span"
            width="16px"
            className="pd-Search-icon"
          />
          <input
            type="search"
            value={filter.search}
            placeholder={trans.__('Search deployments')}
            aria-label={trans.__('Search deployments')}
            onChange={event =>
              onFilter({ ...filter, search: event.target.value })
            }
          />
        </div>
        <button
          type="button"
          className={`pd-Refresh${refreshing ? ' pd-mod-busy' : ''}`}
          aria-label={trans.__('Refresh')}
          title={trans.__('Refresh')}
          aria-busy={refreshing}
          onClick={onRefresh}
        >
          <refreshIcon.react tag="span" width="16px" />
        </button>
      </div>
      {(isFiltered(filter) || PHASES.some(phase => counts[phase] > 0)) && (
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
              aria-pressed={filter.phases.has(phase)}
              onClick={() => toggle(phase)}
            >
              <PhaseIcon phase={phase} />
              {phaseWord(phase, trans)}
              <span className="pd-Chip-count">{counts[phase]}</span>
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
