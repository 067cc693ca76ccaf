import { downloadIcon, refreshIcon } from '@jupyterlab/ui-components';
import React, {
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore
} from 'react';

import {
  AuditLog,
  IAuditFilter,
  IAuditState,
  NEWS_INTERVAL,
  NO_AUDIT_FILTER,
  narrowing,
  queryOf
} from '../model/auditLog';
import { Notice, Skeleton, StaleBanner } from '../ui/notices';
import { SearchBox } from '../ui/SearchBox';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { AuditFilters } from './AuditFilters';
import { AuditTable } from './AuditTable';
import { useAdmin, useKept } from './context';
import { Failure } from './Loaded';
import { saveFile } from './saveFile';

/** So long nobody types before the log is asked (ms). */
const TYPING = 300;

/** Who did what, when, from where, and whether it was allowed. */
export function AuditScreen(): JSX.Element {
  const trans = useTranslation();
  const { active } = useAdmin();
  const { administration, report } = useSession();
  const { client } = administration;
  const [filter, setFilter] = useKept('audit.filter', NO_AUDIT_FILTER);
  const settled = useSettled(filter);
  const [busy, setBusy] = useState(false);

  const log = useMemo(() => {
    const query = queryOf(settled, Date.now());
    return new AuditLog((limit, token, signal) =>
      client.audit(query, limit, token, signal)
    );
  }, [client, settled]);
  const state = useSyncExternalStore(log.subscribe, log.getState);
  useEffect(() => {
    void log.reload();
    return log.dispose;
  }, [log]);
  useEffect(() => {
    if (active) {
      const timer = setInterval(() => {
        if (!document.hidden) {
          void log.look();
        }
      }, NEWS_INTERVAL);
      return () => clearInterval(timer);
    }
  }, [log, active]);

  const download = async () => {
    setBusy(true);
    try {
      const file = await client.auditFile(queryOf(filter, Date.now()));
      saveFile(file, `audit-${new Date().toISOString().slice(0, 10)}.csv`);
    } catch (problem) {
      report(problem);
    } finally {
      setBusy(false);
    }
  };
  const save = trans.__('Download as CSV what matches the filters');
  return (
    <>
      <div className="pd-Toolbar">
        <div className="pd-Toolbar-line">
          <SearchBox
            label={trans.__('Search the log')}
            value={filter.search}
            onChange={search => setFilter({ ...filter, search })}
          />
          <button
            type="button"
            className={`pd-IconButton${state.loading ? ' pd-mod-busy' : ''}`}
            aria-label={trans.__('Refresh')}
            title={trans.__('Refresh')}
            aria-busy={state.loading}
            onClick={() => void log.reload()}
          >
            <refreshIcon.react tag="span" width="16px" />
          </button>
          <button
            type="button"
            className="pd-Button pd-mod-icon"
            title={save}
            disabled={busy}
            onClick={() => void download()}
          >
            <downloadIcon.react tag="span" width="16px" />
            {trans.__('CSV')}
          </button>
        </div>
        <AuditFilters filter={filter} onFilter={setFilter} />
      </div>
      <Entries
        log={log}
        state={state}
        filter={filter}
        onClear={() => setFilter(NO_AUDIT_FILTER)}
      />
    </>
  );
}

function Entries({
  log,
  state,
  filter,
  onClear
}: {
  log: AuditLog;
  state: IAuditState;
  filter: IAuditFilter;
  onClear: () => void;
}): JSX.Element {
  const trans = useTranslation();
  const retry = () =>
    void (state.total === null ? log.reload() : log.loadMore());
  if (state.total === null) {
    return state.problem ? (
      <Failure problem={state.problem} onAction={retry} />
    ) : (
      <Skeleton what={trans.__('Loading the audit log…')} />
    );
  }
  if (state.total === 0 && state.news === 0) {
    return narrowing(filter) > 0 || filter.search ? (
      <Notice title={trans.__('Nothing in the log matches the filters')}>
        <button type="button" className="pd-Button" onClick={onClear}>
          {trans.__('Clear filters')}
        </button>
      </Notice>
    ) : (
      <Notice title={trans.__('Nothing happened yet')}>
        <p>
          {trans.__(
            'Every change, and everything that was refused, will be listed here.'
          )}
        </p>
      </Notice>
    );
  }
  return (
    <>
      {state.problem && (
        <StaleBanner
          syncedAt={null}
          problem={state.problem.message}
          onAction={retry}
        />
      )}
      {state.news > 0 && (
        <button
          type="button"
          className="pd-News"
          onClick={() => void log.reload()}
        >
          {trans._n('%1 new entry', '%1 new entries', state.news)}
        </button>
      )}
      <AuditTable state={state} onMore={() => void log.loadMore()} />
    </>
  );
}

/** The filter once nobody types any more. */
function useSettled(filter: IAuditFilter): IAuditFilter {
  const [settled, setSettled] = useState(filter);
  useEffect(() => {
    if (settled !== filter) {
      const timer = setTimeout(() => setSettled(filter), TYPING);
      return () => clearTimeout(timer);
    }
  }, [filter, settled]);
  return settled;
}
