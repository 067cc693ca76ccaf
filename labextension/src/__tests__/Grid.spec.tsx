import {
  act,
  cleanup,
  render,
  screen,
  waitFor,
  within
} from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import type { Deployment } from '../api/contract';
import { App, IAppProps } from '../ui/App';
import {
  IScriptedSession,
  ScriptedClient,
  apiError,
  deployment,
  group,
  me,
  session,
  summary
} from './fixtures';

const spec = deployment().spec;
const iris = deployment({
  spec: { ...spec, metadata: { stage: 'production', owner: 'ada' } }
});
const churn = deployment({
  id: 'churn',
  name: 'Churn',
  group: 'sales',
  updated_at: '2026-11-21T09:00:00Z',
  status: { phase: 'Failed', reason: 'OOMKilled' }
});
const old = deployment({
  id: 'old',
  name: 'Old one',
  created_by: 'mary',
  spec: { ...spec, stopped: true },
  status: { phase: 'Stopped', reason: 'Stopped' }
});

const onPlace = jest.fn();

async function show(
  items: Deployment[] = [iris, churn, old],
  props: Partial<IAppProps> = {}
): Promise<IScriptedSession> {
  const client = new ScriptedClient();
  client.snapshot = { items, resourceVersion: 10 };
  const groups = [group(), group({ name: 'sales' })];
  const all = session({ client, who: me({ groups }) });
  render(<App host="panel" onPlace={onPlace} {...all} {...props} />);
  await act(async () => {
    await Promise.resolve();
  });
  await screen.findByRole('searchbox');
  return all;
}

const titles = () =>
  [...document.querySelectorAll('.pd-Title')].map(one => one.textContent);
const press = (name: string | RegExp) =>
  userEvent.click(screen.getByRole('button', { name }));
const tick = (name: string) =>
  userEvent.click(screen.getByRole('checkbox', { name }));

beforeEach(() => onPlace.mockClear());

test('the layout is remembered, the order and the columns too', async () => {
  const { preferences } = await show();
  expect(screen.getByRole('list', { name: 'Deployments' })).toBeVisible();
  await press('Table');
  expect(preferences.getState().view).toBe('table');
  await press('Last updated');
  expect(titles()).toEqual(['Churn', 'Iris classifier', 'Old one']);
  expect(
    screen.getByRole('columnheader', { name: 'Last updated' })
  ).toHaveAttribute('aria-sort', 'descending');
  expect(preferences.getState().sort).toBe('-updated');
  await press('View options');
  await userEvent.click(screen.getByRole('checkbox', { name: 'Endpoint' }));
  await userEvent.click(screen.getByRole('checkbox', { name: 'Access' }));
  expect(preferences.getState().columns).toEqual([
    'status',
    'group',
    'replicas',
    'traffic',
    'metadata',
    'updated',
    'access'
  ]);
  expect(screen.getByRole('columnheader', { name: 'Access' })).toBeVisible();
  expect(
    screen.queryByRole('columnheader', { name: 'Endpoint' })
  ).not.toBeInTheDocument();
});

test('what a cell shows is its own matter', async () => {
  const onLayout = jest.fn();
  const { preferences } = await show([iris], {
    host: 'cell',
    layout: 'grid',
    onLayout
  });
  await press('Table');
  expect(screen.getByRole('table')).toBeVisible();
  expect(onLayout).toHaveBeenCalledWith('table');
  expect(preferences.getState().view).toBe('grid');
});

test('metadata is shown as names and values, and Escape leads back', async () => {
  await show();
  // On a card no title stands over it.
  expect(
    screen.getByRole('button', { name: 'View metadata of Iris classifier' })
  ).toHaveTextContent('Metadata');
  await press('View metadata of Iris classifier');
  const dialog = within(
    screen.getByRole('dialog', { name: 'Metadata of Iris classifier' })
  );
  expect(dialog.getAllByRole('row').map(row => row.textContent)).toEqual([
    'NameValue',
    'stageproduction',
    'ownerada'
  ]);
  await userEvent.keyboard('{Escape}');
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  expect(
    screen.getByRole('button', { name: 'View metadata of Iris classifier' })
  ).toHaveFocus();
});

describe('the menu of a row', () => {
  const open = async () => {
    screen.getByRole('button', { name: 'Actions for Iris classifier' }).focus();
    await userEvent.keyboard('{Enter}');
  };

  test('is walked by arrows and letters, and left by Escape', async () => {
    await show();
    await open();
    expect(screen.getByRole('menuitem', { name: 'Open' })).toHaveFocus();
    await userEvent.keyboard('{ArrowUp}');
    expect(screen.getByRole('menuitem', { name: 'Delete…' })).toHaveFocus();
    await userEvent.keyboard('{ArrowDown}{ArrowDown}');
    expect(
      screen.getByRole('menuitem', { name: 'Open in a tab' })
    ).toHaveFocus();
    await userEvent.keyboard('s');
    expect(screen.getByRole('menuitem', { name: 'Stop…' })).toHaveFocus();
    await userEvent.keyboard('{End}{Home}{Escape}');
    expect(screen.queryByRole('menu')).not.toBeInTheDocument();
    expect(
      screen.getByRole('button', { name: 'Actions for Iris classifier' })
    ).toHaveFocus();
  });

  test.each([
    ['Open', { view: 'deployment', id: 'iris' }],
    ['Logs', { view: 'deployment', id: 'iris', tab: 'logs' }],
    ['Metrics', { view: 'deployment', id: 'iris', tab: 'metrics' }],
    ['Update…', { view: 'update', id: 'iris' }]
  ])('%s leads to its place', async (item, place) => {
    await show();
    await open();
    await userEvent.click(screen.getByRole('menuitem', { name: item }));
    expect(onPlace).toHaveBeenCalledWith(place);
  });

  test('copies a link, and opens a tab', async () => {
    const { copy, openTab } = await show();
    await open();
    await userEvent.click(screen.getByRole('menuitem', { name: 'Copy link' }));
    expect(copy).toHaveBeenCalledWith(
      'http://localhost/lab?primehub-deploy=deployment/iris'
    );
    await open();
    await userEvent.click(
      screen.getByRole('menuitem', { name: 'Open in a tab' })
    );
    expect(openTab).toHaveBeenCalledWith({ view: 'deployment', id: 'iris' });
  });
});

test('Ctrl and the middle button open a tab; beside all buttons a click opens too', async () => {
  const { openTab } = await show();
  const user = userEvent.setup();
  const title = screen.getByRole('button', { name: 'Iris classifier' });
  await user.keyboard('{Control>}');
  await user.click(title);
  await user.keyboard('{/Control}');
  await user.pointer({ keys: '[MouseMiddle]', target: title });
  expect(openTab).toHaveBeenCalledTimes(2);
  expect(onPlace).not.toHaveBeenCalled();
  await user.click(title.closest('.pd-Card')!);
  expect(onPlace).toHaveBeenCalledWith({ view: 'deployment', id: 'iris' });
});

describe('filters', () => {
  test('are part of the place, and of the link to it', async () => {
    const { copy } = await show();
    await press(/^Failed/);
    expect(onPlace).toHaveBeenLastCalledWith({
      view: 'deployments',
      filter: 'status=Failed'
    });
    await press('View options');
    await press('Copy link to this list');
    expect(copy).toHaveBeenCalledWith(
      `http://localhost/lab?primehub-deploy=deployments/${encodeURIComponent(encodeURIComponent('status=Failed'))}`
    );
  });

  test('come from the place', async () => {
    await show(undefined, {
      start: { view: 'deployments', filter: 'search=old&status=Stopped' }
    });
    expect(screen.getByRole('searchbox')).toHaveValue('old');
    expect(titles()).toEqual(['Old one']);
  });

  test('leave what is broken by one key, but not while somebody types it', async () => {
    await show();
    await userEvent.type(screen.getByRole('searchbox'), '!');
    expect(screen.getByRole('searchbox')).toHaveValue('!');
    await userEvent.clear(screen.getByRole('searchbox'));
    screen.getByRole('button', { name: 'Churn' }).focus();
    await userEvent.keyboard('!');
    expect(titles()).toEqual(['Churn']);
    expect(screen.getByRole('button', { name: 'Broken 1' })).toHaveAttribute(
      'aria-pressed',
      'true'
    );
    await userEvent.keyboard('!');
    expect(titles()).toHaveLength(3);
  });

  test('leave what the caller deployed', async () => {
    await show();
    await press('Deployed by me');
    expect(titles()).toEqual(['Churn', 'Iris classifier']);
  });
});

describe('many at once', () => {
  test('each button counts those that it would change', async () => {
    await show();
    await tick('Select Iris classifier');
    await tick('Select Old one');
    expect(screen.getByText('2 selected')).toBeVisible();
    expect(screen.getByRole('button', { name: 'Stop (1)' })).toBeEnabled();
    expect(screen.getByRole('button', { name: 'Start (1)' })).toBeEnabled();
    expect(screen.getByRole('button', { name: 'Delete' })).toBeEnabled();
    await press('Select all 3');
    expect(screen.getByText('3 selected')).toBeVisible();
    await press('Clear');
    expect(screen.queryByText(/selected$/)).not.toBeInTheDocument();
  });

  test('a failure keeps no other from it; what failed is told and stays ticked', async () => {
    const { rest, tell } = await show();
    rest.stop.mockImplementation(async (id: string) => {
      if (id === 'churn') {
        throw apiError(403, 'forbidden', 'You may not stop it.');
      }
    });
    await tick('Select Iris classifier');
    await tick('Select Churn');
    await press('Stop');
    const question = within(screen.getByRole('dialog'));
    expect(question.getByText('Stop 2 deployments?')).toBeVisible();
    await userEvent.click(question.getByRole('button', { name: 'Stop' }));
    const summary = within(await screen.findByRole('dialog'));
    expect(summary.getByText('1 of 2 could not be stopped')).toBeVisible();
    expect(summary.getByText('1 deployment stopped')).toBeVisible();
    expect(summary.getByText('You may not stop it.')).toBeVisible();
    await userEvent.click(summary.getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(screen.getByText('1 selected')).toBeVisible());
    expect(
      screen.getByRole('checkbox', { name: 'Select Churn' })
    ).toBeChecked();
    expect(rest.stop).toHaveBeenCalledTimes(2);
    expect(tell).not.toHaveBeenCalled();
  });

  test('deleting many wants it typed', async () => {
    const { rest, tell } = await show();
    await tick('Select Iris classifier');
    await tick('Select Churn');
    await press('Delete');
    const dialog = within(screen.getByRole('dialog'));
    expect(dialog.getByRole('button', { name: 'Delete' })).toBeDisabled();
    await userEvent.type(dialog.getByRole('textbox'), 'delete 2{Enter}');
    await waitFor(() =>
      expect(tell).toHaveBeenCalledWith('2 deployments deleted')
    );
    expect(rest.delete.mock.calls).toEqual([['churn'], ['iris']]);
  });

  test('what a filter hides is not touched', async () => {
    await show();
    await tick('Select Iris classifier');
    await userEvent.type(screen.getByRole('searchbox'), 'churn');
    expect(screen.queryByText('1 selected')).not.toBeInTheDocument();
  });
});

test('from a title, x ticks', async () => {
  await show();
  screen.getByRole('button', { name: 'Churn' }).focus();
  await userEvent.keyboard('x');
  expect(screen.getByRole('checkbox', { name: 'Select Churn' })).toBeChecked();
});

test('the way to a new one', async () => {
  await show([]);
  await press('Create your first deployment');
  expect(onPlace).toHaveBeenCalledWith({ view: 'create' });
});

describe('traffic', () => {
  const busy = summary({
    id: 'iris',
    qps: 12.4,
    requests: 9000,
    client_errors: 3,
    server_errors: 162,
    latency_p95: 0.06,
    sparkline: [10, 12, 12.4],
    errors: [0, 0.5, 0],
    alerts: ['error_rate']
  });
  const shown = async (
    items = [iris, churn, old],
    who = me(),
    layout: 'grid' | 'table' = 'table'
  ) => {
    const client = new ScriptedClient();
    client.snapshot = { items, resourceVersion: 10 };
    const all = session({ client, who });
    all.rest.metricsSummary.mockResolvedValue([busy, summary({ id: 'old' })]);
    all.preferences.change({ view: layout });
    render(<App host="panel" onPlace={onPlace} {...all} />);
    await screen.findByRole('searchbox');
    return all;
  };
  const unmetered = me({ engine: { ...me().engine, metrics: false } });

  test('is a line, a number and badges, and all of it in words', async () => {
    const { rest } = await shown();
    const row = await screen.findByRole('row', { name: /Iris classifier/ });
    await within(row).findByText('12.4 req/s');
    expect(within(row).getByText('1.8 % errors')).toBeVisible();
    expect(within(row).getByText('Alert: Error rate')).toBeVisible();
    expect(
      within(row).getByText(
        'Alert: Error rate; 12.4 req/s in the last minute; 9,000 predictions in the last 15 minutes; 162 answered with 5xx, 3 with 4xx; p95 60 ms'
      )
    ).toBeInTheDocument();
    expect(row.querySelector('.pd-Spark-line')).toHaveAttribute(
      'd',
      'M0 1.94L1 0.32L2 0h0'
    );
    expect(screen.getByText('no traffic')).toBeVisible();
    expect(screen.getByText('not measured yet')).toBeVisible();
    expect(rest.metricsSummary).toHaveBeenCalledTimes(1);
  });

  test('leads to the metrics', async () => {
    await shown();
    await userEvent.click(await screen.findByText('12.4 req/s'));
    expect(onPlace).toHaveBeenLastCalledWith({
      view: 'deployment',
      id: 'iris',
      tab: 'metrics'
    });
  });

  test('is on each card, so that all are of one height', async () => {
    await shown(undefined, undefined, 'grid');
    const cards = await screen.findAllByRole('listitem');
    await within(cards[1]!).findByText('12.4 req/s');
    expect(within(cards[0]!).getByText('not measured yet')).toBeVisible();
    expect(within(cards[2]!).getByText('no traffic')).toBeVisible();
  });

  test('isn’t there, nor asked for, on an engine that measures nothing', async () => {
    const { rest, preferences } = await shown(undefined, unmetered);
    expect(screen.queryByRole('columnheader', { name: 'Traffic' })).toBeNull();
    await press('View options');
    expect(screen.queryByRole('checkbox', { name: 'Traffic' })).toBeNull();
    expect(screen.queryByRole('option', { name: 'Traffic' })).toBeNull();
    await userEvent.keyboard('{Escape}');
    act(() => preferences.change({ view: 'grid', sort: 'traffic' }));
    await press('Actions for Iris classifier');
    expect(screen.queryByRole('menuitem', { name: 'Metrics' })).toBeNull();
    expect(rest.metricsSummary).not.toHaveBeenCalled();
  });

  test('isn’t asked for without deployments, nor in a table that doesn’t tell of it', async () => {
    const none = await shown([]);
    await screen.findByText('No deployments yet');
    expect(none.rest.metricsSummary).not.toHaveBeenCalled();
    cleanup();
    const client = new ScriptedClient();
    client.snapshot = { items: [iris], resourceVersion: 10 };
    const all = session({ client });
    all.preferences.change({ view: 'table', columns: ['status'] });
    render(<App host="panel" {...all} />);
    await screen.findByRole('row', { name: /Iris classifier/ });
    expect(all.rest.metricsSummary).not.toHaveBeenCalled();
    act(() => all.preferences.change({ columns: ['traffic'] }));
    await waitFor(() => expect(all.rest.metricsSummary).toHaveBeenCalled());
  });

  test('orders the table, the busiest first', async () => {
    await shown();
    await screen.findByText('12.4 req/s');
    await press('Traffic');
    expect(titles()).toEqual(['Iris classifier', 'Old one', 'Churn']);
    await press('Traffic');
    expect(titles()).toEqual(['Churn', 'Old one', 'Iris classifier']);
  });
});
