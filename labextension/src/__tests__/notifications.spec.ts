import { Notification } from '@jupyterlab/apputils';
import { waitFor } from '@testing-library/react';

import type { Deployment } from '../api/contract';
import { notificationsPlugin } from '../plugins/notifications';
import { ScriptedClient, changed, deployment, session } from './fixtures';

afterEach(() => Notification.dismiss());

test('what is followed is not told twice, also where the list knows before the server answered', async () => {
  const failed = deployment({
    status: { phase: 'Failed', reason: 'OOMKilled' }
  });
  const client = new ScriptedClient();
  client.snapshot = {
    items: [failed, { ...failed, id: 'churn', name: 'Churn' }],
    resourceVersion: 10
  };
  let asked = false;
  const all = {
    ...session({ client }),
    // The answer comes after the list told of it.
    follows: ({ id }: Deployment) => {
      const before = asked;
      asked ||= id === 'iris';
      return id === 'iris' && before;
    }
  };
  all.store.subscribe(() => undefined);
  await notificationsPlugin.activate(null as never, all);
  await all.store.refresh();
  client.stream.send(changed(deployment({ resource_version: 11 })));
  client.stream.send(
    changed(deployment({ id: 'churn', name: 'Churn', resource_version: 12 }))
  );
  const told = () =>
    Notification.manager.notifications.map(({ message }) => message);
  await waitFor(() => expect(told()).toContain('Churn serves again'), {
    timeout: 20_000
  });
  expect(told()).toEqual(['Churn serves again']);
}, 30_000);
