import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { Quota, Usage } from '../api/contract';
import { formatCpu, formatMemory } from '../model/quantities';
import { useTranslation } from './translation';

export type QuotaName = keyof Quota;

export const QUOTA_NAMES: readonly QuotaName[] = [
  'cpu',
  'memory',
  'gpu',
  'deployments'
];

export function quotaTitle(name: QuotaName, trans: TranslationBundle): string {
  switch (name) {
    case 'cpu':
      return trans.__('CPU');
    case 'memory':
      return trans.__('Memory');
    case 'gpu':
      return trans.__('GPU');
    case 'deployments':
      return trans.__('Deployments');
  }
}

/** An amount with its unit, where it needs one. */
export function amount(
  name: QuotaName,
  value: number,
  trans: TranslationBundle
): string {
  switch (name) {
    case 'cpu':
      return value === 1
        ? trans.__('1 core')
        : trans.__('%1 cores', formatCpu(value));
    case 'memory':
      return formatMemory(value);
    default:
      return formatCpu(value);
  }
}

type Level = 'unlimited' | 'none' | 'within' | 'full' | 'over';

function levelOf(used: number, limit: number | null): Level {
  if (limit === null) {
    return 'unlimited';
  }
  if (used > limit) {
    return 'over';
  }
  if (limit === 0) {
    return 'none';
  }
  return used === limit ? 'full' : 'within';
}

function words(
  name: QuotaName,
  used: number,
  limit: number | null,
  trans: TranslationBundle
): string {
  if (limit === null) {
    return trans.__('%1, unlimited', amount(name, used, trans));
  }
  if (limit === 0 && used === 0) {
    return trans.__('none allowed');
  }
  const short = name === 'cpu' ? formatCpu(used) : amount(name, used, trans);
  return trans.__('%1 of %2', short, amount(name, limit, trans));
}

interface IQuotaBarProps {
  name: QuotaName;
  used: number;
  limit: number | null;
  /** What would be used after the change that is being prepared. */
  after?: number;
  /** Without its title, where a column has it already. */
  bare?: boolean;
}

/** How much of one ceiling is used: words first, and a bar beside them. */
export function QuotaBar(props: IQuotaBarProps): JSX.Element {
  const { name, used, limit, after, bare } = props;
  const trans = useTranslation();
  const level = levelOf(Math.max(used, after ?? 0), limit);
  const title = quotaTitle(name, trans);
  const now = words(name, used, limit, trans);
  const text =
    after === undefined || after === used
      ? now
      : trans.__('%1, then %2', now, amount(name, after, trans));
  const excess =
    level === 'over' && limit !== null
      ? trans.__(
          'over by %1',
          amount(name, Math.max(used, after ?? 0) - limit, trans)
        )
      : '';
  const share = (value: number) =>
    limit ? Math.min(100, (100 * value) / limit) : value > 0 ? 100 : 0;
  return (
    <div className={`pd-Bar pd-mod-${level}`}>
      {!bare && <span className="pd-Bar-title">{title}</span>}
      <span className="pd-Bar-text">{text}</span>
      {limit !== null && level !== 'none' && (
        <div
          className="pd-Bar-track"
          role="meter"
          aria-label={title}
          aria-valuemin={0}
          aria-valuemax={limit}
          aria-valuenow={Math.min(used, limit)}
          aria-valuetext={excess ? `${text}, ${excess}` : text}
        >
          {after !== undefined && after > used && (
            <div
              className="pd-Bar-after"
              style={{ width: `${share(after)}%` }}
            />
          )}
          <div className="pd-Bar-fill" style={{ width: `${share(used)}%` }} />
        </div>
      )}
      {excess && <span className="pd-Bar-excess">{excess}</span>}
    </div>
  );
}

/** How much of a group's quota is used, and would be after a change. */
export function QuotaBars({
  quota,
  usage,
  after
}: {
  quota: Quota;
  usage: Usage;
  after?: Usage;
}): JSX.Element {
  return (
    <div className="pd-Bars">
      {QUOTA_NAMES.map(name => (
        <QuotaBar
          key={name}
          name={name}
          used={usage[name]}
          limit={quota[name] ?? null}
          after={after?.[name]}
        />
      ))}
    </div>
  );
}
