import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import { Administration } from '../admin/Administration';
import { saveFile } from '../admin/saveFile';
import type { AdminScreen } from '../model/permissions';
import { monthOf } from '../model/usage';
import { AskProvider } from '../ui/dialogs';
import { NavigationProvider } from '../ui/navigation';
import { SessionProvider } from '../ui/session';
import {
  ScriptedClient,
  admin,
  apiError,
  deployment,
  group,
  session
} from './fixtures';

jest.mock('../admin/saveFile', () => ({ saveFile: jest.fn() }));

function prepared() {
  const everybodys = new ScriptedClient();
  everybodys.snapshot = {
    items: [
      deployment({ id: 'iris', name: 'Iris', group: 'research' }),
      deployment({ id: 'churn', name: 'Churn', group: 'research' }),
      deployment({ id: 'new', name: 'New', group: 'sales' })
    ],
    resourceVersion: 10
  };
  const all = session({ everybodys, who: admin() });
  all.scripted.groups.mockImplementation(async () => [
    group({ display_name: 'Research' })
  ]);
  return all;
}

function show(all: ReturnType<typeof prepared>, name: AdminScreen): void {
  render(
    <SessionProvider value={all}>
      <NavigationProvider>
        <AskProvider>
          <Administration host="tab" active screen={name} />
        </AskProvider>
      </NavigationProvider>
    </SessionProvider>
  );
}

const counted = {
  client_errors: 0,
  success: null,
  latency_p95: null,
  sparkline: [],
  errors: [],
  alerts: []
};

test('requests and errors of all deployments in one call, and their sums', async () => {
  const all = prepared();
  all.scripted.traffic.mockImplementation(async () => [
    {
      ...counted,
      id: 'iris',
      qps: 2.5,
      requests: 200,
      server_errors: 10,
      alerts: ['error_rate']
    },
    { ...counted, id: 'churn', qps: 0, requests: 0, server_errors: 0 }
  ]);
  show(all, 'deployments');
  const row = async (id: string) => {
    await screen.findByText('Iris');
    return document.querySelector<HTMLElement>(`[data-deployment="${id}"]`)!;
  };
  const iris = await row('iris');
  expect(await within(iris).findByText('2.5')).toBeVisible();
  expect(within(iris).getByText('5 %')).toBeVisible();
  expect(within(iris).getByText('Alert: Error rate')).toBeInTheDocument();
  expect(within(await row('churn')).getByText('no traffic')).toBeVisible();
  expect(
    within(await row('new')).getAllByTitle('not measured here')
  ).toHaveLength(2);
  expect(all.scripted.traffic).toHaveBeenCalledTimes(1);

  await userEvent.click(screen.getByText('By group'));
  const sums = screen.getByRole('region', { name: 'Sums by group' });
  expect(
    within(sums).getByRole('row', { name: /^Research 2 / })
  ).toHaveTextContent('2.55 %');
  expect(
    within(sums).getByRole('row', { name: /^sales 1 / })
  ).toHaveTextContent('–––');
});

describe('usage', () => {
  const now = monthOf(new Date());
  const line = {
    month: now,
    group: 'research',
    cpu_hours: 12.345,
    memory_gb_hours: 0.004,
    replica_hours: 30,
    requests: 12_345,
    deployments: 3
  };

  test('a table by group, with a sum, of the month that is chosen', async () => {
    const all = prepared();
    all.scripted.usage.mockImplementation(async () => [
      line,
      { ...line, group: 'sales', cpu_hours: 1, requests: 5, deployments: 1 },
      { ...line, month: '2020-01', group: 'gone', requests: 7 }
    ]);
    show(all, 'usage');
    const month = await screen.findByLabelText('Month');
    expect(month).toHaveValue(now);
    expect(screen.queryByText('gone')).not.toBeInTheDocument();
    const items = () => screen.getByText('Sum').closest('tr, li')!;
    expect(items()).toHaveTextContent('13.35');
    expect(items()).toHaveTextContent('12,350');
    expect(screen.getAllByText('<0.01')).toHaveLength(3);

    await userEvent.selectOptions(month, '2020-01');
    expect(screen.getByText('gone')).toBeVisible();
    expect(screen.queryByText('Research')).not.toBeInTheDocument();

    all.scripted.usageFile.mockImplementation(async () => new Blob(['a']));
    await userEvent.click(screen.getByRole('button', { name: 'CSV' }));
    expect(all.scripted.usageFile).toHaveBeenCalledWith('2020-01');
    await waitFor(() =>
      expect(saveFile).toHaveBeenCalledWith(
        expect.any(Blob),
        'usage-2020-01.csv'
      )
    );
  });

  test('nothing in this month', async () => {
    show(prepared(), 'usage');
    expect(await screen.findByText('Nothing was used')).toBeVisible();
    expect(screen.getByRole('button', { name: 'CSV' })).toBeDisabled();
  });

  test('an engine that measures nothing', async () => {
    const all = prepared();
    all.scripted.usage.mockRejectedValue(
      apiError(400, 'invalid', 'the engine measures nothing')
    );
    show(all, 'usage');
    expect(await screen.findByText('Not measured here')).toBeVisible();
  });
});
