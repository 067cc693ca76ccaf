import { act, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import type { Deployment, Revision } from '../api/contract';
import { App } from '../ui/App';
import {
  IScriptedSession,
  ScriptedClient,
  apiError,
  changed,
  deployment,
  me,
  session
} from './fixtures';

jest.setTimeout(60_000);

let client: ScriptedClient;

type Changes = Partial<Omit<Revision, 'spec'>> & { spec?: object };

const revision = (number: number, changes: Changes = {}): Revision => ({
  number,
  action: number === 1 ? 'create' : 'update',
  user: 'ada',
  created_at: '2026-11-20T09:00:00Z',
  update_message: '',
  rollback_to: null,
  changes: number === 1 ? [] : ['replicas'],
  outcome: 'succeeded',
  reason: null,
  message: '',
  log_tail: [],
  finished_at: '2026-11-20T09:00:02Z',
  duration: 2,
  steps: [],
  ...changes,
  spec: {
    ...deployment().spec,
    replicas: number,
    env: {},
    metadata: {},
    access: 'public',
    ...changes.spec
  }
});

async function show(
  revisions: Revision[],
  changes: Parameters<typeof deployment>[0] = {},
  who = me(),
  prepare: (all: IScriptedSession) => void = () => undefined
): Promise<IScriptedSession> {
  const newest = revisions[0]!;
  const item = deployment({
    revision: newest.number,
    serving_revision: newest.number,
    spec: newest.spec,
    ...changes
  });
  client = new ScriptedClient();
  client.snapshot = { items: [item], resourceVersion: 10 };
  const all = session({ client, who });
  all.rest.revisions.mockResolvedValue(revisions);
  prepare(all);
  render(
    <App
      {...all}
      host="panel"
      start={{ view: 'deployment', id: 'iris', tab: 'history' }}
    />
  );
  // The first test waits for modules that are loaded on demand.
  await screen.findByRole(
    'list',
    { name: 'Revisions, newest first' },
    { timeout: 20_000 }
  );
  return all;
}

const row = (number: number) =>
  within(document.querySelector<HTMLElement>(`[data-revision="${number}"]`)!);
const press = (name: string | RegExp) =>
  userEvent.click(screen.getByRole('button', { name }));

test('each revision says who did what, why, and what came of it', async () => {
  await show([
    revision(5, {
      action: 'rollback',
      rollback_to: 1,
      changes: ['model', 'instance_type'],
      update_message: 'the first was right',
      spec: { instance_type: 'large' }
    }),
    revision(4, { outcome: 'failed', message: 'KeyError: age', duration: 75 }),
    revision(1)
  ]);
  expect(row(5).getByText('5 = rollback to 1')).toBeVisible();
  expect(row(5).getByText('serving')).toBeVisible();
  expect(row(5).getByText('“the first was right”')).toBeVisible();
  expect(row(5).getByText(/instance type small → large/)).toBeVisible();
  expect(row(4).getByText('Failed')).toBeVisible();
  expect(row(4).getByText('1 min 15 s')).toBeVisible();
  expect(row(4).getByText('KeyError: age')).toBeVisible();
  expect(row(4).queryByText('serving')).not.toBeInTheDocument();
});

test('View has all that the original’s had', async () => {
  await show([
    revision(1, {
      spec: { env: { KEY: '********' }, metadata: { team: 'growth' } }
    })
  ]);
  await press('View revision 1');
  const terms = screen.getAllByRole('term').map(term => term.textContent);
  expect(terms).toEqual(
    expect.arrayContaining([
      'User',
      'Stop',
      'Model Image',
      'Replicas',
      'Group',
      'Instance Type',
      'Timestamp',
      'Description',
      'Metadata',
      'Access',
      'Environment Variables',
      'Steps'
    ])
  );
  expect(screen.getByText('********')).toBeVisible();
  await press('Back to the history');
  expect(screen.getByRole('button', { name: 'View revision 1' })).toBeVisible();
});

test('a failed revision keeps its post-mortem after the deployment recovered', async () => {
  const items = [
    revision(3),
    revision(2, {
      outcome: 'failed',
      reason: 'ModelLoadFailed',
      message: 'ImportError: no module xgboost',
      log_tail: ['\u001b[31mTraceback\u001b[0m', '10%\r100%']
    })
  ];
  const event = { time: '2026-11-20T09:00:01Z', kind: 'Warning', reason: 'x' };
  await show(items, {}, me(), ({ rest }) =>
    rest.events.mockResolvedValue([
      { ...event, message: 'it ended', revision: 2, replica: '2-0' },
      { ...event, message: 'of another', revision: 3 }
    ])
  );
  await press('View revision 2');
  const why = within(
    screen.getByRole('region', { name: 'Why revision 2 failed' })
  );
  expect(why.getByText('Model could not be loaded')).toBeVisible();
  expect(why.getByText(/^Traceback\s100%$/)).toBeVisible();
  expect(await why.findByText(/it ended/)).toBeVisible();
  expect(why.queryByText(/of another/)).not.toBeInTheDocument();
});

test('two are chosen, a third replaces the first; what is the same is folded', async () => {
  await show([revision(3), revision(2), revision(1)]);
  for (const number of [3, 2, 1]) {
    await userEvent.click(
      screen.getByRole('checkbox', { name: `Compare revision ${number}` })
    );
  }
  await press('Compare 1 and 2');
  const table = within(
    screen.getByRole('region', { name: 'Specification' })
  ).getByRole('table');
  expect(
    within(table).getByRole('row', { name: 'Replicas 1 2' })
  ).toBeVisible();
  expect(within(table).queryByText('Access')).not.toBeInTheDocument();
  expect(screen.getAllByText(/^\d+ unchanged$/)[0]).toBeVisible();
});

describe('rolling back', () => {
  const open = async () => {
    await press('Compare revision 1 with the serving one');
    await press('Roll back to revision 1');
    return within(screen.getByRole('dialog'));
  };

  test('is tied to what was seen, takes a message, and is followed', async () => {
    const all = await show([revision(2), revision(1)]);
    const answer = deployment({ revision: 3 });
    all.rest.rollback.mockResolvedValue(answer);
    const dialog = await open();
    expect(dialog.getByText(/3 = rollback to 1/)).toBeVisible();
    expect(
      dialog.getByText(
        'The replicas that run stay: nothing they run from changes.'
      )
    ).toBeVisible();
    expect(dialog.getByText('Replicas: 2, then 1.')).toBeVisible();
    await userEvent.type(dialog.getByRole('textbox'), 'too many');
    await userEvent.click(dialog.getByRole('button', { name: 'Roll back' }));
    expect(all.rest.rollback).toHaveBeenCalledWith('iris', 1, {
      version: 2,
      message: 'too many'
    });
    expect(all.follow).toHaveBeenCalledWith(answer, 'rollback');
    expect(
      screen.getByRole('button', { name: 'View revision 2' })
    ).toBeVisible();
  });

  test.each([
    ['a quota without room', 403, 'quota_exceeded', 'Roll back'],
    ['somebody who was quicker', 409, 'conflict', 'Close']
  ])('says what is against it: %s', async (_, status, code, button) => {
    const all = await show([revision(2), revision(1)]);
    all.rest.rollback.mockRejectedValue(
      apiError(status, code, 'because of that')
    );
    const dialog = await open();
    await userEvent.click(dialog.getByRole('button', { name: 'Roll back' }));
    expect(dialog.getByRole('alert')).toHaveTextContent('because of that');
    expect(dialog.getByRole('button', { name: button })).toBeVisible();
    expect(all.follow).not.toHaveBeenCalled();
  });

  test('says that replicas are replaced, and who serves if that fails', async () => {
    await show([
      revision(2),
      revision(1, { spec: { instance_type: 'large' } })
    ]);
    const dialog = await open();
    expect(dialog.getByText(/revision 2 goes on serving/)).toBeVisible();
  });

  test('of what is stopped starts nothing', async () => {
    await show([revision(2, { spec: { stopped: true } }), revision(1)], {
      serving_revision: null
    });
    for (const number of [1, 2]) {
      await userEvent.click(
        screen.getByRole('checkbox', { name: `Compare revision ${number}` })
      );
    }
    await press('Compare 1 and 2');
    await press('Roll back to revision 1');
    expect(screen.getByText(/It is stopped and stays so/)).toBeVisible();
  });

  test('is not offered to those who may not write', async () => {
    await show([revision(2), revision(1)], {}, me({ can_write: false }));
    await press('Compare revision 1 with the serving one');
    expect(
      screen.queryByRole('button', { name: /^Roll back/ })
    ).not.toBeInTheDocument();
  });
});

test('what goes on is seen without a refresh', async () => {
  const all = await show([revision(1)]);
  all.rest.revisions.mockResolvedValue([
    revision(2, { outcome: 'in progress', finished_at: null, duration: null }),
    revision(1)
  ]);
  const next: Deployment = deployment({ revision: 2, resource_version: 11 });
  act(() => client.stream.send(changed(next)));
  expect(
    await screen.findByText('In progress', {}, { timeout: 20_000 })
  ).toBeVisible();
});

test('the filter finds by any word of a row, and can be cleared', async () => {
  await show([
    revision(3, { update_message: 'calmer' }),
    revision(2, { user: 'grace', outcome: 'failed' }),
    revision(1)
  ]);
  const rows = () =>
    [...document.querySelectorAll('[data-revision]')].map(one =>
      Number((one as HTMLElement).dataset['revision'])
    );
  await userEvent.type(screen.getByRole('searchbox'), 'CALM');
  expect(rows()).toEqual([3]);
  await userEvent.clear(screen.getByRole('searchbox'));
  await userEvent.selectOptions(
    screen.getByLabelText('Which revisions'),
    'failed'
  );
  expect(rows()).toEqual([2]);
  await userEvent.type(screen.getByRole('searchbox'), 'nobody');
  await press('Clear filters');
  expect(rows()).toEqual([3, 2, 1]);
});
