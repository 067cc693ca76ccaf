import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import type { Deployment, Me } from '../api/contract';
import { MASK } from '../model/drafts';
import { App } from '../ui/App';
import {
  GIB,
  IScriptedSession,
  ScriptedClient,
  apiError,
  changed,
  deployment,
  group,
  instanceType,
  me,
  session
} from './fixtures';

// The chunk of the form is compiled by the first test that shows it.
jest.setTimeout(60_000);

const original = (changes: Partial<Deployment> = {}): Deployment => {
  const made = deployment({ revision: 3, ...changes });
  made.spec = {
    ...made.spec,
    description: 'Sorts flowers',
    env: { TOKEN: MASK },
    metadata: { stage: 'test' },
    access: 'public'
  };
  return made;
};

interface IShown {
  all: IScriptedSession;
  client: ScriptedClient;
}

async function show(item = original(), who: Partial<Me> = {}): Promise<IShown> {
  const client = new ScriptedClient();
  client.snapshot = { items: [item], resourceVersion: 10 };
  const all = session({ client, who: me(who) });
  all.choices.instanceTypes.mockResolvedValue([
    instanceType(),
    instanceType({ name: 'large', cpu: 2 })
  ]);
  all.rest.tryUpdate.mockResolvedValue({
    group: 'research',
    quota: group().quota,
    usage: group().usage,
    after: group().usage,
    trial: null
  });
  all.rest.update.mockResolvedValue({ ...item, revision: 4 });
  render(<App {...all} host="tab" start={{ view: 'update', id: 'iris' }} />);
  await screen.findByLabelText('Deployment Name', {}, { timeout: 50_000 });
  return { all, client };
}

const retype = async (label: string, text: string) => {
  await userEvent.clear(screen.getByLabelText(label));
  await userEvent.type(screen.getByLabelText(label), text);
};

/** What the server was sent first. */
const sent = (mock: jest.Mock): unknown[] =>
  (mock.mock.calls as unknown[][])[0] ?? [];

const send = () =>
  userEvent.click(screen.getByRole('button', { name: 'Confirm and Deploy' }));

test('an update tells what it changes, and sends that alone', async () => {
  const { all } = await show();
  expect(screen.getByLabelText('Deployment Name')).toBeDisabled();
  expect(screen.getByLabelText('Deployment ID')).toBeDisabled();
  expect(screen.getByLabelText('Group')).toBeDisabled();
  expect(
    screen.getByRole('button', { name: 'Confirm and Deploy' })
  ).toBeDisabled();

  await retype('Replicas', '2');
  const changes = screen.getByRole('region', { name: 'What changes' });
  expect(changes).toHaveTextContent('Replicas1 → 2');
  expect(changes).toHaveTextContent('Replicas that stay are not restarted.');
  await userEvent.type(screen.getByLabelText('Update Message'), 'busier');
  await send();
  await waitFor(() =>
    expect(all.rest.update).toHaveBeenCalledWith(
      'iris',
      { replicas: 2, update_message: 'busier' },
      3
    )
  );
  // Nothing that a replica is started from changes: there is nothing to try.
  expect(sent(all.rest.tryUpdate)[2]).toBe(false);
  expect(all.follow).toHaveBeenCalledTimes(1);
});

test('a change of what replicas are started from says so, and is tried', async () => {
  const { all } = await show();
  await userEvent.click(await screen.findByLabelText(/large/));
  expect(
    screen.getByText(
      'Replicas are replaced: new ones become ready first, no request fails.'
    )
  ).toBeVisible();
  await send();
  await waitFor(() => expect(all.rest.update).toHaveBeenCalled());
  expect(sent(all.rest.tryUpdate)[2]).toBe(true);
});

test('hidden values stay hidden and stay as they are', async () => {
  const { all } = await show();
  const env = screen.getByRole('group', { name: 'Environment Variables' });
  expect(within(env).getByLabelText('Value 1')).toHaveValue('');
  await userEvent.click(
    within(env).getByRole('button', { name: '+ Add field' })
  );
  await userEvent.type(within(env).getByLabelText('Name 2'), 'MODE');
  await userEvent.type(within(env).getByLabelText('Value 2'), 'fast');
  expect(
    screen.getByRole('region', { name: 'What changes' })
  ).toHaveTextContent('Environment: MODEnot there → a new value');
  await send();
  await waitFor(() =>
    expect(sent(all.rest.update)[1]).toEqual({
      env: { TOKEN: MASK, MODE: 'fast' }
    })
  );
});

test('what somebody else saved meanwhile stands beside what was typed, and both can be kept', async () => {
  const { all, client } = await show();
  await retype('Description', 'Sorts roses');
  const theirs = original({ revision: 4, resource_version: 11 });
  theirs.spec = {
    ...theirs.spec,
    description: 'Sorts plants',
    metadata: { stage: 'live' }
  };
  client.stream.send(changed(theirs));

  const box = await screen.findByRole('alert', {
    name: 'Somebody else saved changes while you were editing'
  });
  expect(screen.getByLabelText('Description')).toHaveValue('Sorts roses');
  expect(
    screen.getByRole('button', { name: 'Confirm and Deploy' })
  ).toBeDisabled();
  await userEvent.click(within(box).getByLabelText(/Yours\s*Sorts roses/));
  await send();
  // Theirs of the other field is kept: it isn't sent, and the change is on top of their revision.
  await waitFor(() =>
    expect(all.rest.update).toHaveBeenCalledWith(
      'iris',
      { description: 'Sorts roses' },
      4
    )
  );
});

test('a conflict that only the server knew of is met in place, and loses no typing', async () => {
  const { all } = await show();
  await retype('Description', 'Sorts roses');
  const theirs = original({ revision: 4, resource_version: 11 });
  theirs.spec = { ...theirs.spec, description: 'Sorts plants' };
  all.rest.tryUpdate.mockRejectedValueOnce(
    apiError(409, 'conflict', 'is at revision 4 by now')
  );
  all.rest.get.mockResolvedValue(theirs);
  await send();

  const box = await screen.findByRole('alert', { name: /Somebody else/ });
  expect(box).toHaveTextContent('Sorts plants');
  expect(screen.getByLabelText('Description')).toHaveValue('Sorts roses');
  expect(all.rest.update).not.toHaveBeenCalled();
  await userEvent.click(within(box).getByLabelText(/Yours\s*Sorts roses/));
  await send();
  await waitFor(() =>
    expect(all.rest.update).toHaveBeenCalledWith(
      'iris',
      { description: 'Sorts roses' },
      4
    )
  );
});

test('a stop meanwhile is no conflict', async () => {
  const { all, client } = await show();
  await retype('Description', 'Sorts roses');
  const stopped = original({ revision: 4, resource_version: 11 });
  stopped.spec = { ...stopped.spec, stopped: true };
  client.stream.send(changed(stopped));
  await screen.findByText('It is stopped: its next start takes the change.');
  expect(screen.queryByText(/Somebody else saved/)).toBeNull();
  await send();
  await waitFor(() => expect(sent(all.rest.update)[2]).toBe(4));
});

test('an instance type that was deleted is shown as deleted and kept', async () => {
  const item = original();
  item.spec = { ...item.spec, instance_type: 'huge' };
  const { all } = await show(item);
  expect(
    await screen.findByText('(The instance type huge was deleted.)')
  ).toBeVisible();
  expect(screen.getByLabelText(/huge/)).toBeChecked();
  await retype('Description', 'x');
  await send();
  await waitFor(() =>
    expect(sent(all.rest.update)[1]).toEqual({ description: 'x' })
  );
});

test('closing an update loses nothing', async () => {
  const { all } = await show();
  await retype('Description', 'half');
  expect((await all.drafts.find('change:iris'))?.draft.description).toBe(
    'half'
  );
  await userEvent.click(screen.getByRole('button', { name: 'Discard draft' }));
  expect(screen.getByLabelText('Description')).toHaveValue('Sorts flowers');
  expect(await all.drafts.find('change:iris')).toBeNull();
});

describe('an image', () => {
  const serving = (image: string, pull_secret = '') => {
    const made = original();
    made.engine = 'kubernetes';
    made.spec = {
      ...made.spec,
      model: { image, artifact: '', size: 0, interpreter: '' },
      pull_secret
    } as Deployment['spec'];
    return made;
  };
  const begun = async () => {
    const item = serving('r.example.com/iris:1', 'hub');
    const shown = await show(item, {
      engine: { ...me().engine, name: 'kubernetes', images: true },
      groups: [group({ pull_secrets: ['hub', 'spare'] })]
    });
    const field = await screen.findByLabelText('Model Image');
    expect(field).toHaveValue('r.example.com/iris:1');
    return { ...shown, field };
  };

  test('is changed by its name, with the secret that pulls it', async () => {
    const { all, field } = await begun();
    await userEvent.type(field, '0');
    await userEvent.selectOptions(
      screen.getByLabelText('Image Pull Secret'),
      'spare'
    );
    const changes = screen.getByRole('region', { name: 'What changes' });
    expect(changes).toHaveTextContent(
      'Modelr.example.com/iris:1 → r.example.com/iris:10'
    );
    expect(changes).toHaveTextContent('Image Pull Secrethub → spare');
    expect(changes).toHaveTextContent('Replicas are replaced');
    await send();
    await waitFor(() =>
      expect(all.rest.update).toHaveBeenCalledWith(
        'iris',
        { model: { image: 'r.example.com/iris:10' }, pull_secret: 'spare' },
        3
      )
    );
  });

  test('that somebody else changed meanwhile is theirs, and what was typed beside it stays', async () => {
    const { all, client } = await begun();
    await retype('Description', 'Sorts roses');
    client.stream.send(
      changed({
        ...serving('r.example.com/iris:2', 'hub'),
        revision: 4,
        resource_version: 11
      })
    );
    const box = await screen.findByRole('alert', {
      name: 'Somebody else saved changes while you were editing'
    });
    expect(box).toHaveTextContent('r.example.com/iris:2');
    await send();
    await waitFor(() =>
      expect(all.rest.update).toHaveBeenCalledWith(
        'iris',
        { description: 'Sorts roses' },
        4
      )
    );
  });
});

test.each([
  ['before it failed', { cpu: 0, memory: 0, gpu: 0, deployments: 0 }],
  ['before it ran', { cpu: 1, memory: GIB, gpu: 0, deployments: 1 }]
])(
  'its own usage counts once, though the group was asked %s',
  async (_, own) => {
    const failed = original({ usage: own });
    const { all } = await show(failed, {
      groups: [
        group({
          quota: { cpu: 4, memory: null, gpu: null, deployments: 5 },
          usage: { cpu: 1 - own.cpu, memory: 0, gpu: 0, deployments: 0 }
        })
      ]
    });
    await waitFor(() => expect(all.store.getState().connection).toBe('live'));
    const resources = screen.getByRole('region', { name: /^Resources of/ });
    const bar = within(resources).getByRole('meter', { name: 'CPU' });
    const now = own.cpu === 1 ? '1 of 4 cores' : '0 of 4 cores, then 1 core';
    expect(bar).toHaveAttribute('aria-valuetext', now);
  }
);
