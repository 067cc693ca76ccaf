import React from 'react';

import { UNKNOWN, counted, written } from '../metrics/units';
import type { IGroupSum } from '../model/groupSums';
import { errorShare } from '../model/traffic';
import { formatCpu, memoryPair } from '../model/quantities';
import { useLocale, useTranslation } from '../ui/translation';
import { useKept } from './context';
import { ErrorShare } from './traffic';

/** What groups do and use together; what was not measured of a part is not in the sum. */
export function GroupSums({
  all,
  each,
  titleOf,
  onGroup
}: {
  all: IGroupSum;
  each: readonly IGroupSum[];
  titleOf: (group: string) => string;
  onGroup: (group: string) => void;
}): JSX.Element {
  const trans = useTranslation();
  const locale = useLocale();
  const [open, setOpen] = useKept('deployments.sums', false);
  return (
    <details
      className="pd-Sums"
      open={open}
      onToggle={event => setOpen(event.currentTarget.open)}
    >
      <summary>
        <span>{trans.__('By group')}</span>
        <span className="pd-Sums-figure">
          {written(all.qps, 'requests', locale, trans)}
        </span>
        <span className="pd-Sums-figure">
          <span className="pd-quiet">{trans.__('Errors')}</span>{' '}
          <ErrorShare
            share={errorShare(all)}
            errors={all.server_errors}
            requests={all.requests}
          />
        </span>
        <span className="pd-Sums-figure">
          <span className="pd-quiet">{trans.__('CPU')}</span> {cpuOf(all)}
        </span>
        <span className="pd-Sums-figure">
          <span className="pd-quiet">{trans.__('Memory')}</span> {memoryOf(all)}
        </span>
      </summary>
      <div
        className="pd-Sums-scroll"
        role="region"
        aria-label={trans.__('Sums by group')}
        tabIndex={0}
      >
        <table>
          <thead>
            <tr>
              <th scope="col">{trans.__('Group')}</th>
              <th scope="col">{trans.__('Deployments')}</th>
              <th scope="col">{trans.__('Failed')}</th>
              <th scope="col">{trans.__('Alerts')}</th>
              <th scope="col">{trans.__('Req/s')}</th>
              <th scope="col">{trans.__('Errors')}</th>
              <th scope="col">{trans.__('CPU')}</th>
              <th scope="col">{trans.__('Memory')}</th>
            </tr>
          </thead>
          <tbody>
            {each.map(sum => (
              <tr key={sum.group}>
                <th scope="row">
                  <button
                    type="button"
                    className="pd-Link"
                    onClick={() => onGroup(sum.group)}
                  >
                    {titleOf(sum.group)}
                  </button>
                </th>
                <td>{counted(sum.deployments, locale)}</td>
                <td className={sum.failed ? 'pd-Errors-some' : undefined}>
                  {counted(sum.failed, locale)}
                </td>
                <td className={sum.alerting ? 'pd-Errors-some' : undefined}>
                  {sum.qps === null && sum.requests === null
                    ? UNKNOWN
                    : counted(sum.alerting, locale)}
                </td>
                <td>{written(sum.qps, 'count', locale, trans)}</td>
                <td>
                  <ErrorShare
                    share={errorShare(sum)}
                    errors={sum.server_errors}
                    requests={sum.requests}
                  />
                </td>
                <td>{cpuOf(sum)}</td>
                <td>{memoryOf(sum)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

const cpuOf = ({ cpu, allotted }: IGroupSum): string =>
  `${cpu === null ? UNKNOWN : cpu.toFixed(2)} / ${formatCpu(allotted.cpu)}`;

function memoryOf({ memory, allotted }: IGroupSum): string {
  const [used, most] = memoryPair(memory ?? 0, allotted.memory);
  return `${memory === null ? UNKNOWN : used} / ${most}`;
}
