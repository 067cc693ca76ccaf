import { addIcon, refreshIcon, settingsIcon } from '@jupyterlab/ui-components';
import React from 'react';

import type { Group } from '../api/contract';
import { IFilter, ISelection, PHASES, isFiltered } from '../model/selection';
import { SearchBox } from '../ui/SearchBox';
import { StatusChips } from '../ui/StatusChips';
import { useTranslation } from '../ui/translation';
import { groupTitle } from '../ui/vocabulary';
import { IViewOptionsProps, ViewOptions } from './ViewOptions';

export interface IToolbarProps extends IViewOptionsProps {
  filter: IFilter;
  selection: ISelection;
  refreshing: boolean;
  /** To choose from; nothing to choose with fewer than two. */
  groups: readonly Group[];
  onFilter: (filter: IFilter) => void;
  onRefresh: () => void;
  /** Leads to the form; left out: the caller may make nothing. */
  onCreate?: () => void;
  /** Leads to the administration; only for those who may see it. */
  onAdministration?: () => void;
}

/** Search, create, refresh, how to show them, and, once there is something to filter, chips that count and filter. */
export function Toolbar(props: IToolbarProps): JSX.Element {
  const { filter, selection, refreshing, groups, onFilter } = props;
  const { onCreate, onRefresh, onAdministration } = props;
  const trans = useTranslation();
  const { counts, broken } = selection;
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
        {onAdministration && (
          <button
            type="button"
            className="pd-IconButton"
            aria-label={trans.__('Administration')}
            title={trans.__('Administration')}
            onClick={onAdministration}
          >
            <settingsIcon.react tag="span" width="16px" />
          </button>
        )}
      </div>
      <div className="pd-Toolbar-actions">
        {onCreate && (
          <button
            type="button"
            className="pd-Button pd-mod-primary pd-mod-icon"
            onClick={onCreate}
          >
            <addIcon.react tag="span" width="14px" />
            {trans.__('Create Deployment')}
          </button>
        )}
        <ViewOptions {...props} />
      </div>
      {groups.length > 1 && (
        <select
          className="pd-Select"
          aria-label={trans.__('Group')}
          value={filter.group ?? ''}
          onChange={event => onFilter({ ...filter, group: event.target.value })}
        >
          <option value="">{trans.__('All my groups')}</option>
          {groups.map(group => (
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
      >
        <button
          type="button"
          className="pd-Chip"
          aria-pressed={!!filter.broken}
          aria-keyshortcuts="!"
          title={trans.__(
            'Only those that something is wrong with (key: !): failed, degraded, or with a failed update'
          )}
          onClick={() => onFilter({ ...filter, broken: !filter.broken })}
        >
          {trans.__('Broken')}
          <span className="pd-Chip-count">{broken}</span>
        </button>
        <button
          type="button"
          className="pd-Chip"
          aria-pressed={!!filter.mine}
          onClick={() => onFilter({ ...filter, mine: !filter.mine })}
        >
          {trans.__('Deployed by me')}
        </button>
      </StatusChips>
    </div>
  );
}
