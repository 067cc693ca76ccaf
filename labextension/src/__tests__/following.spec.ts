import { Notification } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { waitFor } from '@testing-library/react';

import type { Deployment } from '../api/contract';
import { fateOf, follow } from '../form/following';
import { DeploymentStore } from '../model/store';
import { ScriptedClient, changed, deployment } from './fixtures';

const deploying = deployment({
  status: { phase: 'Deploying', reason: 'Loading' }
});

async function following(
  item: Deployment,
  listed: Deployment = item,
  change?: 'rollback'
) {
  const client = new ScriptedClient();
  client.snapshot = { items: [listed], resourceVersion: 10 };
  const store = new DeploymentStore(client);
  const openTab = jest.fn();
  store.subscribe(() => undefined);
  await store.refresh();
  const stop = follow(
    { store, translator: nullTranslator, openTab },
    item,
    change
  );
  const told = () => Notification.manager.notifications;
  return { client, store, openTab, stop, told };
}

/** JupyterLab comes to show the one notification that there is. */
function show(): void {
  const toast = document.createElement('div');
  toast.id = Notification.manager.notifications[0]!.id;
  document.body.append(toast);
}

afterEach(() => {
  Notification.dismiss();
  document.body.replaceChildren();
});

test('a notification follows a deployment to its end and leads to it', async () => {
  const { client, told, openTab } = await following(deploying);
  expect(told().map(({ message }) => message)).toEqual([
    'Iris classifier is deploying'
  ]);
  show();
  client.stream.send(changed(deployment({ resource_version: 11 })));
  await waitFor(() => expect(told()[0]?.type).toBe('success'));
  expect(told().map(({ message, type }) => [message, type])).toEqual([
    ['Iris classifier is deployed', 'success']
  ]);
  told()[0]!.options.actions![0]!.callback(new MouseEvent('click'));
  expect(openTab).toHaveBeenCalledWith({ view: 'deployment', id: 'iris' });
});

test('a toast that JupyterLab is about to show is changed once it is there', async () => {
  const { client, store, told } = await following(deploying);
  client.stream.send(changed(deployment({ resource_version: 11 })));
  await waitFor(() =>
    expect(store.getState().deployments[0]?.status.phase).toBe('Deployed')
  );
  expect(told()[0]?.type).toBe('in-progress');
  show();
  await waitFor(() => expect(told()[0]?.type).toBe('success'));
});

test('what is told no more goes away, and not before it is there', async () => {
  const { client, store, told } = await following(deploying);
  client.stream.send(
    changed(deployment({ resource_version: 11, revision: 4 }))
  );
  await waitFor(() =>
    expect(store.getState().deployments[0]?.revision).toBe(4)
  );
  expect(told()).toHaveLength(1);
  show();
  await waitFor(() => expect(told()).toHaveLength(0));
});

test('what is there already is told at once', async () => {
  const { told } = await following(deployment({ revision: 3 }));
  expect(told().map(({ message }) => message)).toEqual([
    'The update of Iris classifier is deployed'
  ]);
});

test('a rollback is told as one', async () => {
  const item = deployment({ revision: 3 });
  const { told } = await following(item, item, 'rollback');
  expect(told().map(({ message }) => message)).toEqual([
    'Iris classifier is rolled back'
  ]);
});

test('a failure comes with its reason and stays', async () => {
  const { client, told } = await following(deploying);
  const failed = deployment({
    resource_version: 11,
    status: { phase: 'Failed', message: 'ValueError: no weights' }
  });
  show();
  client.stream.send(changed(failed));
  await waitFor(() => expect(told()[0]?.type).toBe('error'));
  expect(told()[0]).toMatchObject({
    message: 'Iris classifier failed: ValueError: no weights',
    type: 'error'
  });
  expect(told()[0]!.options.autoClose).toBe(false);
});

test.each([
  ['gone', undefined, 'over'],
  ['changed again', deployment({ revision: 3 }), 'over'],
  ['not seen yet', deployment({ revision: 1 }), 'under way'],
  [
    'stopped',
    deployment({ revision: 2, status: { phase: 'Stopped' } }),
    'over'
  ],
  ['serving', deployment({ revision: 2 }), 'serves'],
  [
    'failed while the old one serves',
    deployment({
      revision: 2,
      status: {
        update: { revision: 2, outcome: 'failed', message: 'x', reason: null }
      }
    }),
    'failed'
  ]
])('a revision that is %s', (_, found, kind) => {
  expect(fateOf(found, 2).kind).toBe(kind);
});
