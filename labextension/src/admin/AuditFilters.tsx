import { filterIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useId, useRef, useState } from 'react';

import {
  IAuditFilter,
  NO_AUDIT_FILTER,
  Period,
  narrowing
} from '../model/auditLog';
import { useResource } from '../model/binding';
import { useWide } from '../ui/observers';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { groupTitle } from '../ui/vocabulary';
import { actions, outcomeWord } from './auditWords';
import { useAdmin } from './context';

/** From this width on all filters are in sight, below it behind a button. */
const ROOM_FOR_FILTERS = 560;

const PERIODS: readonly Period[] = [
  'all',
  'hour',
  'day',
  'week',
  'month',
  'custom'
];

export interface IAuditFiltersProps {
  filter: IAuditFilter;
  onFilter: (filter: IAuditFilter) => void;
}

/** Narrow the log by user, action, group, outcome and time. */
export function AuditFilters(props: IAuditFiltersProps): JSX.Element {
  const { filter, onFilter } = props;
  const trans = useTranslation();
  const root = useRef<HTMLDivElement>(null);
  const wide = useWide(root, ROOM_FOR_FILTERS);
  const [unfolded, setUnfolded] = useState(false);
  const body = useId();
  const count = narrowing(filter);
  return (
    <div className="pd-Filters" ref={root}>
      {!wide && (
        <button
          type="button"
          className="pd-Button pd-mod-icon"
          aria-expanded={unfolded}
          aria-controls={body}
          onClick={() => setUnfolded(!unfolded)}
        >
          <filterIcon.react tag="span" width="16px" />
          {count > 0 ? trans.__('Filters (%1)', count) : trans.__('Filters')}
        </button>
      )}
      <div id={body} className="pd-Filters-body" hidden={!wide && !unfolded}>
        {(wide || unfolded) && <Fields {...props} />}
        {count > 0 && (
          <button
            type="button"
            className="pd-Link"
            onClick={() =>
              onFilter({ ...NO_AUDIT_FILTER, search: filter.search })
            }
          >
            {trans.__('Clear filters')}
          </button>
        )}
      </div>
    </div>
  );
}

function Fields({ filter, onFilter }: IAuditFiltersProps): JSX.Element {
  const trans = useTranslation();
  const { active } = useAdmin();
  const { administration } = useSession();
  const groups = useResource(administration.groups, active).value ?? [];
  const set = (change: Partial<IAuditFilter>) =>
    onFilter({ ...filter, ...change });
  return (
    <>
      <label>
        {trans.__('Outcome')}
        <select
          className="pd-Select"
          value={filter.outcome}
          onChange={event => set({ outcome: event.target.value })}
        >
          <option value="">{trans.__('any')}</option>
          {(['allowed', 'refused', 'failed'] as const).map(outcome => (
            <option key={outcome} value={outcome}>
              {outcomeWord(outcome, trans)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {trans.__('User')}
        <input
          type="text"
          value={filter.user}
          placeholder={trans.__('any')}
          autoComplete="off"
          spellCheck={false}
          onChange={event => set({ user: event.target.value })}
        />
      </label>
      <label>
        {trans.__('Action')}
        <select
          className="pd-Select"
          value={filter.action}
          onChange={event => set({ action: event.target.value })}
        >
          <option value="">{trans.__('any')}</option>
          {actions(trans).map(([action, title]) => (
            <option key={action} value={action}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <label>
        {trans.__('Group')}
        <select
          className="pd-Select"
          value={filter.group}
          onChange={event => set({ group: event.target.value })}
        >
          <option value="">{trans.__('any')}</option>
          {groups.map(group => (
            <option key={group.name} value={group.name}>
              {groupTitle(group)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {trans.__('When')}
        <select
          className="pd-Select"
          value={filter.period}
          onChange={event => set({ period: event.target.value as Period })}
        >
          {PERIODS.map(period => (
            <option key={period} value={period}>
              {periodWords(period, trans)}
            </option>
          ))}
        </select>
      </label>
      {filter.period === 'custom' && (
        <>
          <label>
            {trans.__('From')}
            <input
              type="datetime-local"
              value={filter.from}
              onChange={event => set({ from: event.target.value })}
            />
          </label>
          <label>
            {trans.__('To')}
            <input
              type="datetime-local"
              value={filter.to}
              onChange={event => set({ to: event.target.value })}
            />
          </label>
        </>
      )}
    </>
  );
}

function periodWords(period: Period, trans: TranslationBundle): string {
  switch (period) {
    case 'all':
      return trans.__('any time');
    case 'hour':
      return trans.__('last hour');
    case 'day':
      return trans.__('last 24 hours');
    case 'week':
      return trans.__('last 7 days');
    case 'month':
      return trans.__('last 30 days');
    case 'custom':
      return trans.__('from … to …');
  }
}
