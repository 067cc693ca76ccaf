import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import type {
  Client,
  Deployment,
  DeploymentEvent,
  Replica,
  Revision
} from '../api/contract';
import type { DetailTab } from '../model/place';
import { App } from '../ui/App';
import {
  IScriptedSession,
  ScriptedClient,
  apiError,
  deployment,
  me,
  session
} from './fixtures';

jest.setTimeout(60_000);

const AGO = '2026-11-20T11:00:00Z';

const iris = (access: 'public' | 'private' = 'public') => {
  const base = deployment();
  return deployment({ spec: { ...base.spec, access } });
};

const ada: Client = {
  name: 'ada',
  created_at: AGO,
  created_by: 'ada',
  expires_at: null,
  last_used_at: null
};

const token = (name: string) => ({
  client: { ...ada, name },
  token: `${name}.secret`
});

const created = ({ spec }: Deployment): Revision => ({
  number: 1,
  action: 'create',
  spec: { ...spec, env: {}, metadata: {}, access: 'public' },
  user: 'ada',
  created_at: AGO,
  update_message: '',
  rollback_to: null,
  changes: [],
  outcome: 'succeeded',
  reason: null,
  message: '',
  log_tail: [],
  finished_at: AGO,
  duration: 2,
  steps: []
});

async function show(
  tab: DetailTab,
  item: Deployment,
  prepare: (rest: IScriptedSession['rest']) => void = () => undefined,
  who = me()
): Promise<IScriptedSession> {
  const client = new ScriptedClient();
  client.snapshot = { items: [item], resourceVersion: 10 };
  const all = session({ client, who });
  prepare(all.rest);
  render(
    <App
      {...all}
      host="panel"
      start={{ view: 'deployment', id: item.id, tab }}
    />
  );
  await screen.findByRole('heading', { name: item.name });
  return all;
}

const press = async (name: string | RegExp) =>
  userEvent.click(await screen.findByRole('button', { name }));

const dialog = async (name: string) =>
  within(await screen.findByRole('dialog', { name }));

describe('access', () => {
  test('making it private adds a first client, and shows its token once', async () => {
    const { rest } = await show('access', iris(), rest => {
      rest.addClient.mockResolvedValue(token('ada'));
      rest.update.mockResolvedValue(iris('private'));
    });
    await press('Make it private…');
    const question = await dialog('Make Iris classifier private?');
    expect(question.getByText(/A first client, “ada”/)).toBeVisible();
    await userEvent.click(
      question.getByRole('button', { name: 'Make it private' })
    );
    const shown = await dialog('Token of ada');
    expect(shown.getByText('ada.secret')).toBeVisible();
    expect(shown.getByText(/curl -sS -u ada:ada\.secret/)).toBeVisible();
    expect(rest.addClient).toHaveBeenCalledWith('iris', { name: 'ada' });
    // Tied to what was seen.
    expect(rest.update).toHaveBeenCalledWith('iris', { access: 'private' }, 1);
    await userEvent.click(
      shown.getByRole('button', { name: 'I have stored it' })
    );
    expect(screen.queryByText('ada.secret')).toBeNull();
  });

  test('one that has clients needs no first one', async () => {
    const { rest } = await show('access', iris(), rest => {
      rest.clients.mockResolvedValue([ada]);
      rest.update.mockResolvedValue(iris('private'));
    });
    await press('Make it private…');
    const question = await dialog('Make Iris classifier private?');
    expect(question.getByText('Its 1 client can go on calling.')).toBeVisible();
    await userEvent.click(
      question.getByRole('button', { name: 'Make it private' })
    );
    expect(rest.update).toHaveBeenCalled();
    expect(rest.addClient).not.toHaveBeenCalled();
  });

  test('a first client whose token nobody saw does not stay', async () => {
    const { rest, report } = await show('access', iris(), rest => {
      rest.addClient.mockResolvedValue(token('ada'));
      rest.update.mockRejectedValue(apiError(409, 'conflict', 'changed'));
    });
    await press('Make it private…');
    const question = await dialog('Make Iris classifier private?');
    await userEvent.click(
      question.getByRole('button', { name: 'Make it private' })
    );
    expect(rest.removeClient).toHaveBeenCalledWith('iris', 'ada');
    expect(report).toHaveBeenCalled();
    expect(screen.queryByText('ada.secret')).toBeNull();
  });

  test('opening it warns, says who could call, and does nothing without a yes', async () => {
    const { rest } = await show('access', iris('private'));
    await press('Open it to all…');
    const question = await dialog('Open Iris classifier to all?');
    expect(
      question.getByText(/Everybody with an account on the machine/)
    ).toBeVisible();
    await userEvent.click(question.getByRole('button', { name: 'Cancel' }));
    expect(rest.update).not.toHaveBeenCalled();
    await press('Open it to all…');
    await userEvent.click(
      (await dialog('Open Iris classifier to all?')).getByRole('button', {
        name: 'Open it to all'
      })
    );
    expect(rest.update).toHaveBeenCalledWith('iris', { access: 'public' }, 1);
  });

  test('a client is added with its expiry; a name that is taken is said beside it', async () => {
    const { rest } = await show('access', iris('private'), rest => {
      rest.addClient.mockRejectedValueOnce(
        apiError(409, 'already_exists', 'there is a client ‘batch’ already', {
          fields: [{ field: 'name', message: 'taken' }]
        })
      );
      rest.addClient.mockResolvedValueOnce(token('batch'));
    });
    const name = await screen.findByLabelText('Client name');
    await userEvent.type(name, 'Batch');
    await press('Add client');
    expect(screen.getByText(/starts with a lower-case letter/)).toBeVisible();
    expect(rest.addClient).not.toHaveBeenCalled();
    await userEvent.clear(name);
    await userEvent.type(name, 'batch');
    await userEvent.selectOptions(
      screen.getByLabelText('Expires'),
      'in 7 days'
    );
    await press('Add client');
    expect(
      await screen.findByText('there is a client ‘batch’ already')
    ).toBeVisible();
    expect(name).toHaveValue('batch');
    await press('Add client');
    expect(await dialog('Token of batch')).toBeTruthy();
    const [, { expires_at }] = rest.addClient.mock.lastCall as [
      string,
      { expires_at: string }
    ];
    const days = (Date.parse(expires_at) - Date.now()) / 86_400_000;
    expect(days).toBeCloseTo(7, 1);
  });

  test('clients say when they expire and were used; one is revoked after a question', async () => {
    const { rest } = await show('access', iris('private'), rest =>
      rest.clients.mockResolvedValue([
        ada,
        { ...ada, name: 'old', expires_at: AGO, last_used_at: AGO }
      ])
    );
    const list = within(await screen.findByRole('list', { name: 'Clients' }));
    expect(list.getByText('never used')).toBeVisible();
    expect(list.getByText('expired')).toBeVisible();
    await press('Revoke old');
    await userEvent.click(
      (await dialog('Revoke old?')).getByRole('button', { name: 'Revoke' })
    );
    expect(rest.removeClient).toHaveBeenCalledWith('iris', 'old');
  });

  test('an engine without private endpoints says so, and offers none', async () => {
    const engine = { ...me().engine, private: false };
    await show('access', iris(), () => undefined, me({ engine }));
    expect(await screen.findByText(/has no private endpoints/)).toBeVisible();
    expect(screen.queryByRole('button', { name: /private/ })).toBeNull();
    expect(screen.queryByLabelText('Client name')).toBeNull();
  });

  test('who may only look is offered nothing', async () => {
    await show(
      'access',
      iris('private'),
      rest => rest.clients.mockResolvedValue([ada]),
      me({ can_write: false })
    );
    await screen.findByText('never used');
    for (const name of [
      'Open it to all…',
      'Revoke ada',
      'More actions',
      'Update'
    ]) {
      expect(screen.queryByRole('button', { name })).toBeNull();
    }
  });
});

describe('events', () => {
  const event = (changes: Partial<DeploymentEvent>): DeploymentEvent => ({
    time: AGO,
    kind: 'Normal',
    reason: 'Deployed',
    message: 'revision 1 serves',
    revision: 1,
    replica: null,
    ...changes
  });
  const crash = event({
    kind: 'Warning',
    reason: 'CrashLoop',
    message: 'exit code 3',
    replica: '1-0'
  });

  test('warnings alone, or those of one replica', async () => {
    await show('events', iris(), rest =>
      rest.events.mockResolvedValue([
        crash,
        event({}),
        { ...crash, replica: '1-1', message: 'exit code 4' }
      ])
    );
    expect(await screen.findByText('3 events')).toBeVisible();
    await press('Warnings only 2');
    expect(screen.queryByText('revision 1 serves')).toBeNull();
    await press('replica 1-1');
    expect(screen.getByText('1 event')).toBeVisible();
    expect(screen.getByText('exit code 4')).toBeVisible();
    await press('Of replica 1-1: show all');
    expect(screen.getByText('2 events')).toBeVisible();
  });

  test('a revision leads to itself in the history', async () => {
    await show('events', iris(), rest => {
      rest.events.mockResolvedValue([event({})]);
      rest.revisions.mockResolvedValue([created(iris())]);
    });
    await press('revision 1');
    expect(screen.getByRole('tab', { name: 'History' })).toHaveAttribute(
      'aria-selected',
      'true'
    );
    expect(
      await screen.findByRole(
        'region',
        { name: /^Revision 1\b/ },
        { timeout: 20_000 }
      )
    ).toBeVisible();
  });

  test.each([
    ['nothing happened', [], /Nothing happened yet/],
    ['nothing bad happened', [event({})], /No warnings/]
  ])('%s', async (_, items, words) => {
    await show('events', iris(), rest => rest.events.mockResolvedValue(items));
    await press(/Warnings only/);
    expect(screen.getByText(words)).toBeVisible();
  });
});

describe('replicas', () => {
  const replica = (slot: number, changes: Partial<Replica> = {}): Replica => ({
    name: `1-${slot}`,
    revision: 1,
    slot,
    attempt: 1,
    step: 'ready',
    step_since: AGO,
    steps: [
      { step: 'starting', since: AGO },
      { step: 'ready', since: AGO }
    ],
    pid: 100 + slot,
    restarts: 0,
    serving: true,
    started_at: AGO,
    message: '',
    memory: 48 * 2 ** 20,
    last_exit: '',
    reason: null,
    next_attempt_at: null,
    ...changes
  });
  // Roles of a hundred rows take seconds to find out.
  const shown = () =>
    [...document.querySelectorAll('[aria-label^="Kill replica"]')].map(button =>
      button.getAttribute('aria-label')
    );

  test('one is killed after a question that says what is lost, or restarted at once', async () => {
    const { rest } = await show('information', iris(), rest =>
      rest.replicas.mockResolvedValue([replica(0)])
    );
    await press('Kill replica 1-0');
    const question = await dialog('Kill replica 1-0?');
    expect(question.getByText(/the only one that serves/)).toBeVisible();
    await userEvent.click(question.getByRole('button', { name: 'Cancel' }));
    expect(rest.restartReplica).not.toHaveBeenCalled();
    await press('Kill replica 1-0');
    await userEvent.click(
      (await dialog('Kill replica 1-0?')).getByRole('button', { name: 'Kill' })
    );
    expect(rest.restartReplica).toHaveBeenCalledWith('iris', '1-0', true);
    await press('Restart replica 1-0');
    expect(rest.restartReplica).toHaveBeenLastCalledWith('iris', '1-0', false);
  });

  test('of a hundred, what needs a look is listed, and the strip leads to each', async () => {
    const all = Array.from({ length: 100 }, (_, slot) => replica(slot));
    all[70] = replica(70, { restarts: 4, last_exit: 'exit code 3' });
    await show('information', iris(), rest =>
      rest.replicas.mockResolvedValue(all)
    );
    await screen.findByText('100 of 100 ready');
    expect(shown()).toHaveLength(8);
    expect(shown()[0]).toBe('Kill replica 1-70');
    expect(screen.getByText('Before: exit code 3')).toBeVisible();
    await userEvent.click(screen.getByTitle('Replica 1-99: ready'));
    expect(shown()).toEqual(['Kill replica 1-99']);
    await userEvent.click(screen.getByText('Show all 100 replicas'));
    expect(shown()).toHaveLength(100);
  });
});

test('what is on its way says what it waits for, and the step it is at', async () => {
  const going = deployment({
    status: { phase: 'Deploying', reason: 'Starting', message: '0 of 1 ready' }
  });
  await show('information', going, rest => {
    rest.replicas.mockResolvedValue([]);
    rest.revisions.mockResolvedValue([]);
  });
  expect(
    await screen.findByRole('heading', { name: 'Why is it pending?' })
  ).toBeVisible();
  const step = screen.getByText('Scheduling').closest('li');
  expect(step).toHaveAttribute('aria-current', 'step');
  expect(screen.queryByText('Pulling')).toBeNull();
});

test('after it was deleted here, the list is shown', async () => {
  const { rest } = await show('information', iris());
  await press('More actions');
  await userEvent.click(screen.getByRole('menuitem', { name: 'Delete' }));
  const question = within(await screen.findByRole('dialog'));
  await userEvent.type(question.getByRole('textbox'), 'Iris classifier');
  await userEvent.click(question.getByRole('button', { name: 'Delete' }));
  expect(rest.delete).toHaveBeenCalledWith('iris');
  expect(await screen.findByRole('searchbox')).toBeVisible();
});
