import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import { Administration } from '../admin/Administration';
import type { Deployment, Group, Me } from '../api/contract';
import type { AdminScreen } from '../model/permissions';
import { AskProvider } from '../ui/dialogs';
import { SessionProvider } from '../ui/session';
import {
  IScriptedSession,
  ScriptedClient,
  admin,
  apiError,
  deployment,
  group,
  instanceType,
  me,
  pullSecret,
  session
} from './fixtures';

async function show(
  screenName: AdminScreen = 'groups',
  {
    who = admin(),
    groups = [group()],
    items = [] as Deployment[]
  }: { who?: Me; groups?: Group[]; items?: Deployment[] } = {}
): Promise<IScriptedSession> {
  const everybodys = new ScriptedClient();
  everybodys.snapshot = { items, resourceVersion: 10 };
  const all = session({ everybodys, who });
  all.scripted.groups.mockImplementation(async () => groups);
  all.scripted.instanceTypes.mockImplementation(async () => [instanceType()]);
  all.scripted.pullSecrets.mockImplementation(async () => [pullSecret()]);
  render(
    <SessionProvider value={all}>
      <AskProvider>
        <Administration host="tab" active screen={screenName} />
      </AskProvider>
    </SessionProvider>
  );
  await waitFor(() =>
    expect(screen.queryByText(/^Loading/)).not.toBeInTheDocument()
  );
  return all;
}

const press = (name: string | RegExp) =>
  userEvent.click(screen.getByRole('button', { name }));

async function type(label: string, text: string): Promise<void> {
  const input = screen.getByLabelText(label);
  await userEvent.clear(input);
  await userEvent.type(input, text);
}

const stale = apiError(409, 'conflict', 'changed meanwhile');
const running = apiError(409, 'conflict', '1 deployment runs', {
  details: { running: [{ id: 'iris', name: 'Iris classifier' }] }
});

describe('a group', () => {
  test('only what was changed is sent, with the version that was seen', async () => {
    const { scripted } = await show('groups', {
      groups: [group({ version: 7 })]
    });
    await press('research');
    await type('CPU quota', '0.5');
    await type('Members', 'dorothy, mary{Enter}');
    await press('Save');
    expect(scripted.updateGroup).toHaveBeenCalledWith(
      'research',
      {
        quota: { cpu: '0.5', memory: '8Gi', gpu: null, deployments: 10 },
        members: ['ada', 'grace', 'dorothy', 'mary']
      },
      7
    );
  });

  test('with the same amount in other words, there is nothing to save', async () => {
    await show();
    await press('research');
    await type('Memory quota', '8192 MiB');
    expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();
  });

  test.each([
    ['CPU quota', 'lots', /number of cores/],
    ['Memory quota', '4 apples', /such as 512Mi/],
    ['Memory quota', '4', /at least 1 MiB/],
    ['GPU quota', '1.5', /whole number/],
    ['Deployments quota', '-1', /whole number/]
  ])('%s "%s" is refused beside its input', async (label, text, words) => {
    const { scripted } = await show();
    await press('research');
    await type(label, text);
    await press('Save');
    const input = screen.getByLabelText(label);
    expect(input).toHaveAccessibleDescription(words);
    expect(input).toHaveFocus();
    expect(scripted.updateGroup).not.toHaveBeenCalled();
  });

  test.each([
    ['quota.cpu', 'CPU quota'],
    ['members.0', 'Members'],
    ['display_name', 'Display name']
  ])('what the server says of %s stands beside %s', async (field, label) => {
    const { scripted } = await show();
    scripted.updateGroup.mockRejectedValue(
      apiError(400, 'invalid', 'no', {
        fields: [{ field, message: 'must be nicer' }]
      })
    );
    await press('research');
    await type('CPU quota', '2');
    await press('Save');
    expect(screen.getByLabelText(label)).toHaveAccessibleDescription(
      /must be nicer/
    );
    expect(screen.getByLabelText('CPU quota')).toHaveValue('2');
  });

  test.each([
    ['Let them run', 'keep'],
    ['Stop them', 'stop']
  ])('switching off while some run: "%s"', async (button, choice) => {
    const { scripted } = await show();
    scripted.updateGroup.mockRejectedValueOnce(running);
    await userEvent.click(screen.getByRole('switch'));
    expect(screen.getByRole('dialog')).toHaveTextContent('Iris classifier');
    await press(button);
    expect(scripted.updateGroup).toHaveBeenLastCalledWith(
      'research',
      { enabled: false, running: choice },
      1
    );
  });

  test('switching off can be thought better of', async () => {
    const { scripted, report } = await show();
    scripted.updateGroup.mockRejectedValueOnce(running);
    await userEvent.click(screen.getByRole('switch'));
    await press('Cancel');
    expect(scripted.updateGroup).toHaveBeenCalledTimes(1);
    expect(report).not.toHaveBeenCalled();
  });

  test('that somebody else changed is shown beside mine, and merged', async () => {
    const { scripted } = await show();
    await press('research');
    await type('CPU quota', '8');
    await type('Members', 'dorothy{Enter}');
    scripted.updateGroup.mockRejectedValueOnce(stale);
    scripted.group.mockResolvedValue(
      group({
        version: 2,
        quota: { ...group().quota, cpu: 6 },
        members: ['ada', 'grace', 'mary']
      })
    );
    await press('Save');
    const cpu = within(screen.getByRole('group', { name: /^CPU/ }));
    expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();
    await userEvent.click(cpu.getByRole('radio', { name: /^Yours/ }));
    await press('Save');
    expect(scripted.updateGroup).toHaveBeenLastCalledWith(
      'research',
      {
        quota: { cpu: '8', memory: '8Gi', gpu: null, deployments: 10 },
        members: ['ada', 'grace', 'mary', 'dorothy']
      },
      2
    );
  });

  test('that was saved although something went wrong with it says what', async () => {
    const { scripted } = await show();
    scripted.updateGroup
      .mockRejectedValueOnce(running)
      .mockRejectedValueOnce(
        apiError(409, 'conflict', 'it is off, but iris was not stopped')
      );
    scripted.group.mockResolvedValue(group({ version: 2, enabled: false }));
    await press('research');
    await userEvent.click(screen.getByRole('switch'));
    await press('Save');
    await press('Stop them');
    expect(await screen.findByText(/iris was not stopped/)).toBeVisible();
    expect(screen.queryByText(/Somebody else/)).not.toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();
  });

  test('that somebody else deleted can be created again as it was typed', async () => {
    const { scripted } = await show();
    await press('research');
    await type('CPU quota', '8');
    scripted.updateGroup.mockRejectedValueOnce(stale);
    scripted.group.mockRejectedValue(apiError(404, 'not_found', 'gone'));
    await press('Save');
    await press('Create again');
    expect(scripted.createGroup).toHaveBeenCalledWith(
      expect.objectContaining({
        name: 'research',
        quota: expect.objectContaining({ cpu: '8' }) as object
      })
    );
  });

  test('that owns nothing is deleted after a simple question', async () => {
    const { scripted } = await show();
    await press('Delete the group research');
    await press('Delete group');
    expect(scripted.deleteGroup).toHaveBeenCalledWith('research', 1, undefined);
  });

  test('that is deleted is taken off the instance types and pull secrets shown', async () => {
    const { scripted } = await show();
    await press('Delete the group research');
    await press('Delete group');
    await waitFor(() => expect(scripted.instanceTypes).toHaveBeenCalled());
    expect(scripted.pullSecrets).toHaveBeenCalled();
  });

  test.each([
    [
      'Keep them: they run on, and only administrators see them',
      'Delete group',
      'keep'
    ],
    [
      'Delete them too, with their endpoints and history',
      'Delete group and deployments',
      'delete'
    ]
  ])('in use is deleted by name: %s', async (choice, button, fate) => {
    const { scripted } = await show('groups', { items: [deployment()] });
    await waitFor(() => expect(screen.getByText('1 of 4 cores')).toBeVisible());
    await press('Delete the group research');
    await userEvent.click(screen.getByLabelText(choice));
    expect(screen.getByRole('button', { name: button })).toBeDisabled();
    await type('Type “research” to confirm', 'research');
    await press(button);
    expect(scripted.deleteGroup).toHaveBeenCalledWith('research', 1, fate);
  });

  test('that turns out to own some is asked about again', async () => {
    const { scripted } = await show();
    scripted.deleteGroup.mockRejectedValueOnce(
      apiError(409, 'conflict', 'owns some', {
        details: { deployments: [{ id: 'iris', name: 'Iris classifier' }] }
      })
    );
    await press('Delete the group research');
    await press('Delete group');
    expect(await screen.findByText('Iris classifier')).toBeVisible();
    await type('Type “research” to confirm', 'research');
    await press('Delete group');
    expect(scripted.deleteGroup).toHaveBeenLastCalledWith(
      'research',
      1,
      'keep'
    );
  });

  test('that is gone and owns some is marked, with the ways out', async () => {
    await show('groups', {
      groups: [group({ deleted: true, enabled: false })],
      items: [deployment()]
    });
    expect(
      await screen.findByText('deleted, still owns 1 deployment')
    ).toBeVisible();
    await press('Add it again');
    expect(screen.getByLabelText('Name')).toHaveValue('research');
    expect(screen.getByRole('button', { name: 'Save' })).toBeEnabled();
  });

  test('a group admin sends the members alone', async () => {
    const own = group({ role: 'group_admin' });
    const { scripted } = await show('groups', {
      who: me({ groups: [own] }),
      groups: [own, group({ name: 'sales' })]
    });
    expect(screen.queryByText('sales')).not.toBeInTheDocument();
    expect(screen.getByRole('switch')).toBeDisabled();
    await press('research');
    expect(screen.getByLabelText('CPU quota')).toBeDisabled();
    await type('Members', 'dorothy{Enter}');
    await press('Save');
    expect(scripted.updateGroup).toHaveBeenCalledWith(
      'research',
      { members: ['ada', 'grace', 'dorothy'] },
      1
    );
  });

  test('on a Hub its admins are chosen among the members, who come from there', async () => {
    const provider = {
      name: 'jupyterhub',
      settings_writable: true,
      members_writable: false,
      warning: '',
      as_of: null,
      until: null
    };
    const { scripted } = await show('groups', {
      who: admin({ provider }),
      groups: [group({ admins: [] })]
    });
    await press('research');
    expect(screen.getByLabelText('Members')).toHaveAttribute('readonly');
    expect(screen.getByText(/comes from JupyterHub/)).toBeInTheDocument();
    await type('Group admins', 'grace{Enter}');
    await press('Save');
    expect(scripted.updateGroup).toHaveBeenCalledWith(
      'research',
      { admins: ['grace'] },
      1
    );
  });
});

test.each([
  [
    'pasted',
    async (input: HTMLElement) => {
      input.focus();
      await userEvent.paste('dorothy, mary\nvera');
    }
  ],
  [
    'typed',
    async (input: HTMLElement) => {
      await userEvent.type(input, 'dorothy,mary;vera{Enter}');
    }
  ]
])('names are %s, doubles and blanks left out', async (_, enter) => {
  await show();
  await press('New group');
  const input = screen.getByLabelText('Members');
  await enter(input);
  await userEvent.type(input, 'mary, ,');
  expect(
    screen.getAllByRole('button', { name: /^Remove/ }).map(one => one.title)
  ).toEqual(['Remove dorothy', 'Remove mary', 'Remove vera']);
  await userEvent.type(input, '{Backspace}');
  expect(screen.queryByText('vera')).not.toBeInTheDocument();
});

test('an instance type in use is deleted by its name alone', async () => {
  const { scripted } = await show('instance-types', { items: [deployment()] });
  expect(await screen.findByText('1 deployment')).toBeVisible();
  await press('Delete the instance type small');
  expect(screen.getByRole('button', { name: 'Delete' })).toBeDisabled();
  await type('Type “small” to confirm', 'small{Enter}');
  expect(scripted.deleteInstanceType).toHaveBeenCalledWith('small', 1);
});

test('an instance type for some groups, without limits', async () => {
  const { scripted } = await show('instance-types');
  await press('New instance type');
  await type('Name', 'big');
  await userEvent.click(screen.getByLabelText('These groups alone'));
  await type('Groups', 'research{Enter}');
  await press('Save');
  expect(scripted.createInstanceType).toHaveBeenCalledWith({
    name: 'big',
    display_name: '',
    description: '',
    cpu: null,
    memory: null,
    gpu: 0,
    groups: ['research']
  });
});

test.each([
  ['', { username: 'robot-2' }],
  ['new secret', { username: 'robot-2', password: 'new secret' }]
])('a password "%s" is sent as %j', async (password, expected) => {
  const { scripted } = await show('pull-secrets');
  await press('hub');
  const input = screen.getByLabelText('Password or token');
  expect(input).toHaveValue('');
  expect(input).toHaveAttribute('type', 'password');
  await type('User name', 'robot-2');
  if (password) {
    await userEvent.type(input, password);
  }
  await press('Save');
  expect(scripted.updatePullSecret).toHaveBeenCalledWith('hub', expected, 1);
});

test('what was typed is not lost without a yes', async () => {
  await show();
  await press('research');
  await type('CPU quota', '2');
  await press('Cancel');
  await userEvent.click(
    within(screen.getByRole('dialog')).getByRole('button', { name: 'Cancel' })
  );
  expect(screen.getByLabelText('CPU quota')).toHaveValue('2');
  await press('Cancel');
  await press('Discard');
  expect(screen.getByRole('switch')).toBeVisible();
});

test('what fails says why, and is tried again', async () => {
  const all = await show('pull-secrets');
  all.scripted.pullSecrets.mockRejectedValue(
    apiError(503, 'engine_unavailable', 'no Hub since 10:02')
  );
  await act(() => all.administration.pullSecrets.refresh());
  expect(screen.getByText(/^Connection lost/)).toHaveTextContent(/as of/);
  all.scripted.pullSecrets.mockResolvedValue([]);
  await press('Reconnect now');
  expect(await screen.findByText('No pull secrets yet')).toBeVisible();
});
