import { refreshIcon, settingsIcon } from '@jupyterlab/ui-components';
import React from 'react';

import type { Group, Phase } from '../api/contract';
import { IFilter, ISelection, PHASES, isFiltered } from '../model/selection';
import { SearchBox } from './SearchBox';
import { PhaseIcon } from './Status';
import { useTranslation } from './translation';
import { groupTitle, phaseWord } from './vocabulary';

export interface IToolbarProps {
  filter: IFilter;
  counts: ISelection['counts'];
  refreshing: boolean;
  /** To choose from; nothing to choose with fewer than two. */
  groups: readonly Group[];
  /** Name of the group that is chosen; empty: all. */
  group: string;
  onGroup: (name: string) => void;
  onFilter: (filter: IFilter) => void;
  onRefresh: () => void;
  /** Leads to the administration; only for those who may see it. */
  onAdministration?: () => void;
}

/** Search, refresh, group, and, once there is something to filter, one chip per status that counts and filters. */
export function Toolbar(props: IToolbarProps): JSX.Element {
  const { filter, counts, refreshing, onFilter, onRefresh } = props;
  const trans = useTranslation();
  return (
    <div className="pd-Toolbar">
      <div className="pd-Toolbar-line">
        <SearchBox
          label={trans.__('Search deployments')}
          value={filter.search}
          onChange={search => onFilter({ ...filter, search })}
        />
        <button
          type="button"
          className={`pd-IconButton${refreshing ? ' pd-mod-busy' : ''}`}
          aria-label={trans.__('Refresh')}
          title={trans.__('Refresh')}
          aria-busy={refreshing}
          onClick={onRefresh}
        >
          <refreshIcon.react tag="span" width="16px" />
        </button>
        {props.onAdministration && (
          <button
            type="button"
            className="pd-IconButton"
            aria-label={trans.__('Administration')}
            title={trans.__('Administration')}
            onClick={props.onAdministration}
          >
            <settingsIcon.react tag="span" width="16px" />
          </button>
        )}
      </div>
      {props.groups.length > 1 && (
        <select
          className="pd-Select"
          aria-label={trans.__('Group')}
          value={props.group}
          onChange={event => props.onGroup(event.target.value)}
        >
          <option value="">{trans.__('All my groups')}</option>
          {props.groups.map(group => (
            <option key={group.name} value={group.name}>
              {groupTitle(group)}
            </option>
          ))}
        </select>
      )}
      <StatusChips
        counts={counts}
        phases={filter.phases}
        shown={isFiltered(filter) || PHASES.some(phase => counts[phase] > 0)}
        onPhases={phases => onFilter({ ...filter, phases })}
      />
    </div>
  );
}

/** One chip per status that counts, and filters when it is pressed. */
export function StatusChips({
  counts,
  phases,
  shown = true,
  onPhases
}: {
  counts: ISelection['counts'];
  phases: ReadonlySet<Phase>;
  shown?: boolean;
  onPhases: (phases: ReadonlySet<Phase>) => void;
}): JSX.Element | null {
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
    </div>
  ) : null;
}
