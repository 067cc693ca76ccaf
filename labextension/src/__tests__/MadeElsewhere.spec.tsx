import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import { concernedBy } from '../grid/bulk';
import { App } from '../ui/App';
import { ScriptedClient, deployment, session } from './fixtures';

const foreign = deployment({ managed_by: 'Argo CD' });

function listing() {
  const client = new ScriptedClient();
  client.snapshot = { items: [foreign], resourceVersion: 10 };
  return session({ client });
}

test('what another tool made says so, and can be cloned and nothing else', async () => {
  const all = listing();
  render(
    <App {...all} host="tab" start={{ view: 'deployment', id: foreign.id }} />
  );
  const actions = await screen.findByRole('group', { name: 'Actions' });
  const names = within(actions)
    .getAllByRole('button')
    .map(button => button.textContent);
  expect(names).toEqual(['Clone']);
  expect(screen.getByText('made by Argo CD').title).toContain('changed there');
});

test('without a history of its own it says who has it', async () => {
  const all = listing();
  all.rest.revisions.mockResolvedValue([]);
  render(
    <App
      {...all}
      host="tab"
      start={{ view: 'deployment', id: foreign.id, tab: 'history' }}
    />
  );
  expect(
    await screen.findByText('No history', {}, { timeout: 50_000 })
  ).toBeDefined();
  expect(screen.getByText(/It was made by Argo CD/)).toBeDefined();
}, 60_000);

test('its menu in a list offers to look, and to clone', async () => {
  const all = listing();
  render(<App {...all} host="tab" start={{ view: 'deployments' }} />);
  const button = await screen.findByRole('button', {
    name: `Actions for ${foreign.name}`
  });
  await userEvent.click(button);
  const items = (await screen.findAllByRole('menuitem')).map(
    item => item.textContent
  );
  expect(items).toContain('Clone…');
  await waitFor(() => expect(items).not.toContain('Delete…'));
  expect(items).not.toContain('Stop…');
});

test('what is done to many leaves it alone', () => {
  expect(concernedBy('delete', [foreign, deployment()])).toEqual([
    deployment()
  ]);
  expect(concernedBy('stop', [foreign])).toEqual([]);
});
