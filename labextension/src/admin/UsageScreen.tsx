import { downloadIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useMemo, useState } from 'react';

import type { UsageLine } from '../api/contract';
import { ApiError } from '../api/errors';
import { useResource } from '../model/binding';
import { UsageSum, monthOf, monthsOf, usageOf, usageSum } from '../model/usage';
import { Notice } from '../ui/notices';
import { useSession } from '../ui/session';
import { useLocale, useTranslation } from '../ui/translation';
import { groupTitle } from '../ui/vocabulary';
import { useAdmin, useKept } from './context';
import { IColumn, ItemTable } from './ItemTable';
import { Loaded } from './Loaded';
import { saveFile } from './saveFile';

/** What each group used in each month. */
export function UsageScreen(): JSX.Element {
  const trans = useTranslation();
  const { active } = useAdmin();
  const { usage } = useSession().administration;
  const state = useResource(usage, active);
  if (
    state.value === null &&
    state.problem instanceof ApiError &&
    state.problem.status === 400
  ) {
    return (
      <Notice title={trans.__('Not measured here')}>
        <p>{state.problem.message}</p>
      </Notice>
    );
  }
  return (
    <Loaded
      state={state}
      what={trans.__('Loading what was used…')}
      refresh={usage.refresh}
    >
      {lines => <Report lines={lines} />}
    </Loaded>
  );
}

/** A line of the table. */
interface IRow extends UsageSum {
  /** Tells it apart. */
  readonly name: string;
  readonly title: string;
  readonly note: string;
  readonly month: string;
  /** null: can't be said. */
  readonly deployments: number | null;
}

function Report({ lines }: { lines: readonly UsageLine[] }): JSX.Element {
  const trans = useTranslation();
  const locale = useLocale();
  const { active } = useAdmin();
  const { administration, report } = useSession();
  const [month, setMonth] = useKept('usage.month', monthOf(new Date()));
  const [busy, setBusy] = useState(false);
  const groups = useResource(administration.groups, active).value;
  const months = monthsOf(lines, new Date());
  const shown = useMemo(() => usageOf(lines, month), [lines, month]);
  const rows = shown.map(line => {
    const group = groups?.find(({ name }) => name === line.group);
    const title = group ? groupTitle(group) : line.group;
    return {
      ...line,
      name: `${line.month}/${line.group}`,
      title,
      note: title === line.group ? '' : line.group
    };
  });
  const total: IRow = {
    ...usageSum(shown),
    name: '',
    title: trans.__('Sum'),
    note: '',
    month: '',
    deployments: month === '' ? null : sumOfDeployments(shown)
  };
  const download = async () => {
    setBusy(true);
    try {
      const file = await administration.client.usageFile(month);
      saveFile(file, `usage${month && `-${month}`}.csv`);
    } catch (problem) {
      report(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <div className="pd-Toolbar">
        <div className="pd-Toolbar-line pd-UsageBar">
          <select
            className="pd-Select"
            aria-label={trans.__('Month')}
            value={month}
            onChange={event => setMonth(event.target.value)}
          >
            {months.map(one => (
              <option key={one} value={one}>
                {monthName(one, locale)}
              </option>
            ))}
            <option value="">{trans.__('All months')}</option>
          </select>
          <button
            type="button"
            className="pd-Button pd-mod-icon"
            title={trans.__('Download as CSV')}
            disabled={busy || shown.length === 0}
            onClick={() => void download()}
          >
            <downloadIcon.react tag="span" width="16px" />
            {trans.__('CSV')}
          </button>
        </div>
      </div>
      {rows.length === 0 ? (
        <Notice title={trans.__('Nothing was used')}>
          <p>
            {trans.__(
              'Hours and requests are counted while deployments run. None ran in this time.'
            )}
          </p>
        </Notice>
      ) : (
        <ItemTable<IRow>
          title={trans.__('Usage by group')}
          className={`pd-mod-usage${month === '' ? ' pd-mod-months' : ''}`}
          items={rows}
          total={total}
          columns={columnsOf(month === '', locale, trans)}
        />
      )}
      <p className="pd-Usage-note">
        {trans.__(
          'What replicas really took, of deleted deployments too; months are UTC. Sums are as of now for the current month.'
        )}
      </p>
    </>
  );
}

const sumOfDeployments = (lines: readonly UsageLine[]): number =>
  lines.reduce((sum, { deployments }) => sum + deployments, 0);

function columnsOf(
  months: boolean,
  locale: string,
  trans: TranslationBundle
): IColumn<IRow>[] {
  const hours = new Intl.NumberFormat(locale, {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2
  });
  const count = new Intl.NumberFormat(locale);
  const column = (
    key: string,
    title: string,
    draw: (row: IRow) => string
  ): IColumn<IRow> => ({ key, title, labelled: true, draw });
  return [
    {
      key: 'group',
      title: trans.__('Group'),
      draw: row => (
        <div className="pd-ItemTitle">
          <span className="pd-Item-title">{row.title}</span>
          {row.note && <span className="pd-ItemTitle-note">{row.note}</span>}
        </div>
      )
    },
    ...(months
      ? [
          column('month', trans.__('Month'), row =>
            row.month ? monthName(row.month, locale) : ''
          )
        ]
      : []),
    column('cpu_hours', trans.__('CPU-hours'), row =>
      amount(row.cpu_hours, hours)
    ),
    column('memory_gb_hours', trans.__('GB-hours'), row =>
      amount(row.memory_gb_hours, hours)
    ),
    column('replica_hours', trans.__('Replica-hours'), row =>
      amount(row.replica_hours, hours)
    ),
    column('requests', trans.__('Requests'), row => count.format(row.requests)),
    column('deployments', trans.__('Deployments'), row =>
      row.deployments === null ? '' : count.format(row.deployments)
    )
  ];
}

/** Something is never shown as nothing. */
const amount = (value: number, format: Intl.NumberFormat): string =>
  value > 0 && value < 0.01 ? `<${format.format(0.01)}` : format.format(value);

/** `November 2026` */
const monthName = (month: string, locale: string): string =>
  new Intl.DateTimeFormat(locale, {
    year: 'numeric',
    month: 'long',
    timeZone: 'UTC'
  }).format(new Date(`${month}-01T00:00:00Z`));
