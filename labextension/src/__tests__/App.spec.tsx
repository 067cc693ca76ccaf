import { act, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import type { Deployment } from '../api/contract';
import { ConnectionLost, ExtensionMissing } from '../api/errors';
import { App, IAppProps } from '../ui/App';
import { ScriptedClient, changed, deployment, session } from './fixtures';

const failed = deployment({
  id: 'churn',
  name: 'Churn',
  group: 'sales',
  serving_revision: null,
  status: {
    phase: 'Failed',
    reason: 'OOMKilled',
    message: 'limit 512 MiB, peak 530 MiB',
    replicas: { desired: 2, ready: 0 }
  }
});

const updateFailed = deployment({
  id: 'fraud',
  name: 'Fraud',
  revision: 4,
  serving_revision: 3,
  status: {
    reason: 'UpdateFailed',
    update: {
      revision: 4,
      outcome: 'failed',
      reason: 'ModelLoadFailed',
      message: "ModuleNotFoundError: No module named 'xgboost'"
    }
  }
});

let client: ScriptedClient;
let user: ReturnType<typeof userEvent.setup>;
const copy = jest.fn();

async function show(
  items: Deployment[],
  props: Partial<IAppProps> = {}
): Promise<void> {
  client.snapshot = { items, resourceVersion: 10 };
  render(<App {...session({ client })} host="panel" copy={copy} {...props} />);
  await act(async () => {
    await jest.advanceTimersByTimeAsync(0);
  });
}

const row = (name: string) =>
  screen.getByRole('button', { name }).closest<HTMLElement>('.pd-Row')!;

beforeEach(() => {
  jest.useFakeTimers({ now: Date.parse('2026-11-20T12:00:00Z') });
  user = userEvent.setup({ advanceTimers: jest.advanceTimersByTime });
  client = new ScriptedClient();
  copy.mockClear();
});

afterEach(() => jest.useRealTimers());

describe.each([
  ['cards', 'grid'],
  ['table', 'table']
] as const)('as %s', (_, layout) => {
  test('a row says title, group, status, replicas, endpoint and age', async () => {
    await show([deployment()], { layout });
    const iris = within(row('Iris classifier'));
    expect(iris.getByText('research')).toBeInTheDocument();
    expect(iris.getByText('Deployed')).toBeInTheDocument();
    expect(iris.getByText('1 of 1 replica ready')).toBeInTheDocument();
    expect(
      iris.getByTitle('http://127.0.0.1:8123/deployment/iris/')
    ).toBeInTheDocument();
    const age = iris.getByText('3 hours ago');
    expect(age).toHaveAttribute('datetime', '2026-11-20T09:00:00Z');
    expect(age.title).toMatch(/2026.* by grace$/);
  });

  test('a failure is told with its reason and message', async () => {
    await show([failed], { layout });
    const churn = within(row('Churn'));
    expect(churn.getByText('Failed')).toBeInTheDocument();
    expect(churn.getByText('Out of memory')).toBeInTheDocument();
    expect(churn.getByText(/limit 512 MiB/)).toHaveAttribute(
      'title',
      'limit 512 MiB, peak 530 MiB'
    );
  });

  test('a failed update stands beside what serves', async () => {
    await show([updateFailed], { layout });
    const fraud = within(row('Fraud'));
    expect(fraud.getByText('Deployed')).toBeInTheDocument();
    expect(fraud.getByText('update failed')).toBeInTheDocument();
    expect(
      fraud.getByText('Revision 4: Model could not be loaded')
    ).toBeInTheDocument();
    expect(fraud.getByText(/No module named 'xgboost'/)).toBeInTheDocument();
  });

  test('one on its way tells what it waits for, and for how long', async () => {
    await show(
      [
        deployment({
          status: {
            phase: 'Deploying',
            reason: 'Loading',
            step: 'loading',
            step_since: '2026-11-20T11:59:58Z'
          }
        })
      ],
      { layout }
    );
    expect(row('Iris classifier')).toHaveTextContent('loading the model · 2 s');
    await act(() => jest.advanceTimersByTimeAsync(3_000));
    expect(row('Iris classifier')).toHaveTextContent('loading the model · 5 s');
  });
});

test('a table has headers for columns and rows', async () => {
  await show([deployment()], { layout: 'table' });
  const table = screen.getByRole('table', { name: 'Deployments' });
  expect(
    within(table)
      .getAllByRole('columnheader')
      .map(header => header.textContent)
  ).toEqual([
    'Title',
    'Status',
    'Group',
    'Replicas',
    'Traffic',
    'Endpoint',
    'Metadata',
    'Last updated'
  ]);
  expect(within(table).getByRole('rowheader')).toHaveTextContent(
    'Iris classifier'
  );
});

test('a click on the endpoint copies it, and a toast says so', async () => {
  const tell = jest.fn();
  await show([deployment()], { tell });
  await user.click(screen.getByRole('button', { name: /^Copy endpoint/ }));
  expect(copy).toHaveBeenCalledWith('http://127.0.0.1:8123/deployment/iris/');
  expect(tell).toHaveBeenCalledWith('Endpoint copied');
});

test('a click on the title leads to the detail, and is what was selected', async () => {
  const onSelect = jest.fn();
  const onPlace = jest.fn();
  await show([failed], { onSelect, onPlace });
  await user.click(screen.getByRole('button', { name: 'Churn' }));
  expect(onSelect).toHaveBeenCalledWith('churn');
  expect(onPlace).toHaveBeenCalledWith({ view: 'deployment', id: 'churn' });
});

test('a change appears, and is announced', async () => {
  await show([deployment()]);
  client.stream.send(
    changed(
      deployment({
        resource_version: 11,
        status: { phase: 'Stopped', reason: 'Stopped' }
      })
    )
  );
  await act(() => jest.advanceTimersByTimeAsync(0));
  expect(within(row('Iris classifier')).getByText('Stopped')).toBeVisible();
  expect(screen.getByText('Iris classifier: Stopped')).toHaveAttribute(
    'aria-live',
    'polite'
  );
});

test('search and status chips narrow the list, and can be cleared', async () => {
  await show([deployment(), failed]);
  await user.type(screen.getByRole('searchbox'), 'churn');
  expect(screen.queryByText('Iris classifier')).not.toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Deployed 0' })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Deployed 0' }));
  expect(screen.getByText('No deployment matches the filters')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Clear filters' }));
  expect(row('Iris classifier')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Failed 1' })).toHaveAttribute(
    'aria-pressed',
    'false'
  );
});

test('a filter survives a lost connection', async () => {
  await show([deployment(), failed]);
  await user.type(screen.getByRole('searchbox'), 'churn');
  client.down = new ConnectionLost('refused');
  client.stream.fail(new ConnectionLost('cut'));
  await act(() => jest.advanceTimersByTimeAsync(0));
  expect(
    screen.getByText(/^Connection lost — showing data as of/)
  ).toBeVisible();
  expect(screen.getByRole('searchbox')).toHaveValue('churn');
});

test('without deployments it shows how to make one', async () => {
  await show([]);
  expect(screen.getByText('No deployments yet')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Copy' }));
  expect(copy).toHaveBeenCalledWith(
    'from primehub_deploy_ext import deploy\ndeploy(model, "Name", example=X.head(3))'
  );
});

test('without the server extension it shows the commands, and tries again', async () => {
  client.down = new ExtensionMissing();
  await show([deployment()]);
  expect(screen.getByText('Server extension missing')).toBeVisible();
  expect(
    screen.getByText(/jupyter server extension enable primehub_deploy_ext/)
  ).toBeVisible();
  client.down = null;
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(row('Iris classifier')).toBeVisible();
});

test('with a server of another series it names both versions', async () => {
  client.version = '0.9.0';
  await show([deployment()]);
  expect(screen.getByText(/version 0\.1\.0 .* version 0\.9\.0/)).toBeVisible();
});

test('shows one group when told so', async () => {
  await show([deployment(), failed], { group: 'sales' });
  expect(screen.queryByText('Iris classifier')).not.toBeInTheDocument();
  expect(row('Churn')).toBeVisible();
});
