import '../../style/views.css';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { ITranslator } from '@jupyterlab/translation';
import React from 'react';

import type { Quota, Usage } from '../api/contract';
import { ApiError } from '../api/errors';
import { CopyContext, Snippet } from './CopyButton';
import { QUOTA_NAMES, QuotaBars, QuotaName, amount } from './QuotaBars';
import { TranslatorContext, useTranslation } from './translation';

/** All that the server said against something, as the body of a dialog. */
export function refusalBody(
  problem: Error,
  translator: ITranslator,
  copy: (text: string) => void
): ReactWidget {
  const body = ReactWidget.create(
    <TranslatorContext.Provider value={translator}>
      <CopyContext.Provider value={copy}>
        <Refusal problem={problem} />
      </CopyContext.Provider>
    </TranslatorContext.Provider>
  );
  body.addClass('pd-App');
  body.addClass('pd-mod-dialog');
  // What is longer than the window is scrolled by keyboard.
  body.node.tabIndex = 0;
  return body;
}

interface IQuotaDetails {
  group: string;
  resources: QuotaName[];
  quota: Quota;
  used: Usage;
  asked: Usage;
  deployments: Record<string, Usage>;
}

export function Refusal({ problem }: { problem: Error }): JSX.Element {
  const trans = useTranslation();
  const quota = problem instanceof ApiError ? quotaDetails(problem) : undefined;
  const yaml = problem instanceof ApiError ? problem.body.details.yaml : null;
  return (
    <div className="pd-Refusal">
      <p>{problem.message}</p>
      {problem instanceof ApiError && problem.body.fields.length > 0 && (
        <ul>
          {problem.body.fields.map(({ field, message }) => (
            <li key={field}>
              <code>{field}</code> {message}
            </li>
          ))}
        </ul>
      )}
      {quota && (
        <>
          <p className="pd-Refusal-title">
            {trans.__('The group %1, and what was asked', quota.group)}
          </p>
          <QuotaBars
            quota={quota.quota}
            usage={quota.used}
            after={sum(quota.used, quota.asked)}
          />
          <Users {...quota} />
        </>
      )}
      {typeof yaml === 'string' && (
        <>
          <p className="pd-Refusal-title">
            {trans.__('For an administrator of the cluster')}
          </p>
          <Snippet code={yaml} />
        </>
      )}
    </div>
  );
}

/** Who uses what is short, most first. */
function Users({ resources, deployments }: IQuotaDetails): JSX.Element | null {
  const trans = useTranslation();
  const [name] = resources;
  const users = Object.entries(deployments);
  if (!name || users.length === 0) {
    return null;
  }
  users.sort(([, left], [, right]) => right[name] - left[name]);
  return (
    <>
      <p className="pd-Refusal-title">{trans.__('In use by')}</p>
      <ul>
        {users.map(([id, usage]) => (
          <li key={id}>
            <code>{id}</code> {amount(name, usage[name], trans)}
          </li>
        ))}
      </ul>
    </>
  );
}

function quotaDetails({ code, body }: ApiError): IQuotaDetails | undefined {
  const { group, resources, quota, used, asked, deployments } =
    body.details as Partial<IQuotaDetails>;
  if (code !== 'quota_exceeded' || !quota || !used || !asked) {
    return undefined;
  }
  return {
    group: group ?? '',
    resources: resources ?? [],
    quota,
    used,
    asked,
    deployments: deployments ?? {}
  };
}

function sum(left: Usage, right: Usage): Usage {
  const total = { ...left };
  for (const name of QUOTA_NAMES) {
    total[name] += right[name];
  }
  return total;
}
