import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import type { Deployment } from '../api/contract';
import type { Place } from '../model/place';
import { App, IAppProps } from '../ui/App';
import {
  IScriptedSession,
  ScriptedClient,
  apiError,
  changed,
  deployment,
  group,
  me,
  session
} from './fixtures';

let client: ScriptedClient;

async function show(
  items: Deployment[],
  {
    id = 'iris',
    prepare,
    ...props
  }: Partial<IAppProps> & {
    id?: string;
    prepare?: (all: IScriptedSession) => void;
  } = {}
): Promise<IScriptedSession> {
  client = new ScriptedClient();
  client.snapshot = { items, resourceVersion: 10 };
  const all = session({ client });
  prepare?.(all);
  render(
    <App {...all} host="panel" start={{ view: 'deployment', id }} {...props} />
  );
  return all;
}

const tab = (name: string) => screen.getByRole('tab', { name });
const title = (name: string) => screen.findByRole('heading', { name });

test('it says which deployment, how it is, and has all parts', async () => {
  await show([
    deployment({
      status: { phase: 'Failed', reason: 'OOMKilled', message: 'peak 530 MiB' }
    })
  ]);
  expect(await title('Iris classifier')).toBeVisible();
  const head = within(
    screen.getByRole('heading', { name: 'Iris classifier' }).closest('header')!
  );
  expect(head.getByText('Failed')).toBeVisible();
  expect(head.getByText('peak 530 MiB')).toBeVisible();
  const parts = within(
    screen.getByRole('tablist', { name: 'Parts of the deployment' })
  );
  expect(parts.getAllByRole('tab').map(one => one.textContent)).toEqual([
    'Information',
    'Try it',
    'Logs',
    'History',
    'Metrics',
    'Events',
    'Access'
  ]);
  expect(tab('Information')).toHaveAttribute('aria-selected', 'true');
  expect(screen.getByRole('tabpanel', { name: 'Information' })).toBeVisible();
});

test('its group is called in the head as it is in the table', async () => {
  const groups = [group({ display_name: 'Research lab' })];
  await show([deployment()], {
    prepare: all =>
      Object.assign(all, { me: session({ who: me({ groups }) }).me })
  });
  await title('Iris classifier');
  await waitFor(() =>
    expect(screen.getAllByText('Research lab')).toHaveLength(2)
  );
  expect(screen.getByTitle('Group: research')).toHaveTextContent(
    'Research lab'
  );
});

test('arrow keys, Home and End lead through the tabs, and the host is told the place', async () => {
  const onPlace = jest.fn<void, [Place]>();
  await show([deployment()], { onPlace });
  await title('Iris classifier');
  tab('Information').focus();
  const chosen = () => onPlace.mock.lastCall?.[0];
  for (const [key, expected, name] of [
    ['{ArrowLeft}', 'access', 'Access'],
    ['{ArrowRight}', 'information', 'Information'],
    ['{End}', 'access', 'Access'],
    ['{Home}', 'information', 'Information']
  ] as const) {
    await userEvent.keyboard(key);
    expect(chosen()).toEqual({
      view: 'deployment',
      id: 'iris',
      tab: expected
    });
    expect(tab(name)).toHaveFocus();
    expect(tab(name)).toHaveAttribute('tabindex', '0');
  }
});

test('tabs are no steps: one press leads back to the list', async () => {
  await show([deployment()]);
  await title('Iris classifier');
  await userEvent.click(tab('Events'));
  await userEvent.click(tab('Access'));
  await userEvent.click(screen.getByRole('button', { name: 'Back' }));
  expect(await screen.findByRole('searchbox')).toBeVisible();
});

test('it opens as a tab of its own with the part that is shown, and has no such button there', async () => {
  const { openTab } = await show([deployment()]);
  await title('Iris classifier');
  await userEvent.click(tab('Events'));
  await userEvent.click(screen.getByRole('button', { name: 'Open as a tab' }));
  expect(openTab).toHaveBeenCalledWith({
    view: 'deployment',
    id: 'iris',
    tab: 'events'
  });
});

test('an image that serves by itself is not offered to be private', async () => {
  const image = deployment();
  image.spec.model = { ...image.spec.model, image: 'web:1', artifact: '' };
  await show([image]);
  await title('Iris classifier');
  await userEvent.click(tab('Access'));
  expect(
    await screen.findByText(/An image that serves by itself can’t tell/)
  ).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Make it private…' })).toBeNull();
});

test('as a tab, nothing leads back and nothing opens it again', async () => {
  await show([deployment()], { host: 'tab', rooted: true });
  await title('Iris classifier');
  expect(screen.queryByRole('button', { name: 'Back' })).toBeNull();
  expect(screen.queryByRole('button', { name: 'Open as a tab' })).toBeNull();
});

describe('a deployment that is not among those of the caller’s groups', () => {
  test('is asked for by itself', async () => {
    const other = deployment({ id: 'other', name: 'Theirs', group: 'sales' });
    await show([deployment()], {
      id: 'other',
      prepare: ({ rest }) => rest.get.mockResolvedValue(other)
    });
    expect(await title('Theirs')).toBeVisible();
  });

  test('or there is none, and a way to all', async () => {
    await show([deployment()], {
      id: 'nothing',
      prepare: ({ rest }) =>
        rest.get.mockRejectedValue(apiError(404, 'not_found', 'no deployment'))
    });
    expect(await title('No deployment nothing')).toBeVisible();
    await userEvent.click(
      screen.getByRole('button', { name: 'Show all deployments' })
    );
    expect(await screen.findByRole('searchbox')).toBeVisible();
  });
});

test('one that is deleted while somebody looks says so', async () => {
  const iris = deployment({ resource_version: 11 });
  await show([iris], {
    prepare: ({ rest }) =>
      rest.get.mockRejectedValue(apiError(404, 'not_found', 'no deployment'))
  });
  await title('Iris classifier');
  await act(async () => client.stream.send(changed(iris, 'DELETED')));
  expect(await title('Iris classifier is gone')).toBeVisible();
  expect(screen.queryByRole('tab')).toBeNull();
  // What it did last is not what it does.
  expect(screen.queryByText('Deployed')).toBeNull();
});
