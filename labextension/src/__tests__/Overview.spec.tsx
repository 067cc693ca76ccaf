import { act, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import type { Deployment, Me } from '../api/contract';
import { App } from '../ui/App';
import {
  IScriptedSession,
  ScriptedClient,
  admin,
  apiError,
  deployment,
  group,
  me,
  session
} from './fixtures';

async function show(
  who: Me,
  items: Deployment[] = [deployment()]
): Promise<IScriptedSession> {
  const client = new ScriptedClient();
  client.snapshot = { items, resourceVersion: 10 };
  const all = session({ client, who });
  render(<App {...all} host="panel" />);
  await act(async () => {
    await Promise.resolve();
  });
  await screen.findByRole('searchbox');
  return all;
}

const openMenu = () =>
  userEvent.click(
    screen.getByRole('button', { name: 'Actions for Iris classifier' })
  );

async function choose(item: string): Promise<void> {
  await openMenu();
  await userEvent.click(screen.getByRole('menuitem', { name: item }));
}

test('a group is called what people call it: on cards, in the table, and by who looks for it', async () => {
  await show(
    me({ groups: [group({ name: 'research', display_name: 'Flower lab' })] })
  );
  expect(screen.getByTitle('Group: research')).toHaveTextContent('Flower lab');
  await userEvent.type(screen.getByRole('searchbox'), 'flower');
  expect(screen.getByRole('button', { name: 'Iris classifier' })).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Table' }));
  expect(screen.getByTitle('research')).toHaveTextContent('Flower lab');
});

const closed = group({ enabled: false });
const sales = group({ name: 'sales', display_name: 'Sales' });

describe('what a member is refused', () => {
  test.each([
    ['only group', [closed], true],
    ['every group', [closed, group({ name: 'x', enabled: false })], true],
    ['one of two groups', [closed, sales], false]
  ])('the feature is off for the %s', async (_, groups, told) => {
    await show(me({ groups }));
    const words = screen.queryByText(
      'Model Deployment is not enabled for this group. Please contact your administrator to enable it.'
    );
    expect(words !== null).toBe(told);
    // What runs stays in sight.
    expect(
      screen.getByRole('button', { name: 'Iris classifier' })
    ).toBeVisible();
  });

  test('the feature is off for the group that is chosen', async () => {
    await show(me({ groups: [closed, sales] }));
    await userEvent.selectOptions(screen.getByLabelText('Group'), 'research');
    expect(screen.getByText('Feature not available')).toBeVisible();
  });

  test('without anything there, a group that may not deploy gets no help with it', async () => {
    await show(me({ groups: [closed] }), []);
    expect(screen.getByText('Feature not available')).toBeVisible();
    expect(screen.queryByText('No deployments yet')).not.toBeInTheDocument();
  });

  test('being in no group', async () => {
    await show(me({ groups: [] }), []);
    expect(
      screen.getByText(
        'No group is configured for you to launch a server. Please contact admin.'
      )
    ).toBeVisible();
  });

  test('a warning of the provider is for all who are concerned', async () => {
    const provider = {
      ...me().provider,
      warning: 'The Hub is down since 10:02.'
    };
    await show(me({ provider }));
    expect(screen.getByRole('alert')).toHaveTextContent('since 10:02');
  });

  test('who may not write is told so, and offered nothing', async () => {
    await show(me({ can_write: false }));
    expect(screen.getByText(/You may look and not change/)).toBeVisible();
    expect(
      screen.queryByRole('button', { name: 'Create Deployment' })
    ).not.toBeInTheDocument();
    expect(screen.queryByRole('checkbox')).not.toBeInTheDocument();
    await openMenu();
    expect(
      screen.getAllByRole('menuitem').map(item => item.textContent)
    ).toEqual([
      'Open',
      'Open in a tab',
      'Logs',
      'Metrics',
      'Copy endpoint',
      'Copy curl command',
      'Copy link'
    ]);
  });

  test('what the server refuses is reported as it said it', async () => {
    const stopped = deployment({
      spec: { ...deployment().spec, stopped: true },
      status: { phase: 'Stopped', reason: 'Stopped' }
    });
    const { rest, report } = await show(me(), [stopped]);
    const refusal = apiError(403, 'quota_exceeded', 'The CPU quota …');
    rest.start.mockRejectedValue(refusal);
    await choose('Start…');
    await userEvent.click(
      within(screen.getByRole('dialog')).getByRole('button', { name: 'Start' })
    );
    expect(rest.start).toHaveBeenCalledWith('iris');
    expect(report).toHaveBeenCalledWith(refusal);
  });
});

test('nothing is stopped or deleted without a yes', async () => {
  const { rest } = await show(me());
  await choose('Stop…');
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  await choose('Delete…');
  const dialog = within(screen.getByRole('dialog'));
  expect(dialog.getByRole('button', { name: 'Delete' })).toBeDisabled();
  await userEvent.click(dialog.getByRole('textbox'));
  await userEvent.paste('Iris classifier');
  await userEvent.click(dialog.getByRole('button', { name: 'Delete' }));
  expect(rest.stop).not.toHaveBeenCalled();
  expect(rest.delete).toHaveBeenCalledWith('iris');
});

test('a group narrows the list', async () => {
  await show(me({ groups: [group(), sales] }), [
    deployment(),
    deployment({ id: 'churn', name: 'Churn', group: 'sales' })
  ]);
  await userEvent.selectOptions(screen.getByLabelText('Group'), 'sales');
  expect(screen.getByRole('button', { name: 'Churn' })).toBeVisible();
  expect(
    screen.queryByRole('button', { name: 'Iris classifier' })
  ).not.toBeInTheDocument();
});

test.each([
  ['administrator', admin(), true],
  ['group admin', me({ groups: [group({ role: 'group_admin' })] }), true],
  ['member', me(), false]
])('the gear is there for an %s: %p', async (_, who, there) => {
  await show(who);
  expect(
    screen.queryByRole('button', { name: 'Administration' }) !== null
  ).toBe(there);
});
