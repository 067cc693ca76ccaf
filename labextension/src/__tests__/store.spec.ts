import { ConnectionLost, ExtensionMissing } from '../api/errors';
import { DeploymentStore } from '../model/store';
import { TIMING } from '../model/timing';
import {
  ScriptedClient,
  apiError,
  bookmark,
  changed,
  deployment,
  line
} from './fixtures';

let client: ScriptedClient;
let store: DeploymentStore;
let unsubscribe: (() => void)[];

const tick = (milliseconds = 0) => jest.advanceTimersByTimeAsync(milliseconds);

const names = () => store.getState().deployments.map(item => item.name);

function watchStore(listener: () => void = () => undefined): () => void {
  const stop = store.subscribe(listener);
  unsubscribe.push(stop);
  return stop;
}

function setHidden(hidden: boolean): void {
  Object.defineProperty(document, 'hidden', {
    configurable: true,
    value: hidden
  });
  document.dispatchEvent(new Event('visibilitychange'));
}

beforeEach(() => {
  jest.useFakeTimers();
  client = new ScriptedClient();
  store = new DeploymentStore(client);
  unsubscribe = [];
});

afterEach(async () => {
  setHidden(false);
  unsubscribe.forEach(stop => stop());
  await tick(TIMING.linger);
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

describe('connected', () => {
  beforeEach(async () => {
    client.snapshot = { items: [deployment()], resourceVersion: 5 };
    watchStore();
    expect(store.getState().connection).toBe('loading');
    await tick();
  });

  test('says as of when it is true while the engine can not know more', async () => {
    const asOf = '2026-11-26T01:02:03+00:00';
    client.stream.send({
      ...bookmark(6),
      error: { code: 'stale', message: 'no cluster', as_of: asOf }
    });
    await tick();
    expect(store.getState()).toMatchObject({
      connection: 'stale',
      problem: 'no cluster',
      clusterAway: true,
      syncedAt: Date.parse(asOf)
    });
    client.stream.send(bookmark(7));
    await tick();
    expect(store.getState()).toMatchObject({
      connection: 'live',
      problem: '',
      clusterAway: false
    });
  });

  test('tells what rights are missing, and no more once they are given', async () => {
    const lacking = [{ namespace: 'sales', message: 'no', yaml: 'kind: Role' }];
    const health = await client.health();
    const answer = jest.spyOn(client, 'health');
    answer.mockResolvedValue({ ...health, details: { lacking } });
    await store.refresh();
    expect(store.getState().lacking).toEqual(lacking);
    const { lacking: told } = store.getState();
    answer.mockResolvedValue({
      ...health,
      details: { lacking: lacking.map(one => ({ ...one })) }
    });
    await store.refresh();
    expect(store.getState().lacking).toBe(told);
    answer.mockResolvedValue({ ...health, details: { lacking: [] } });
    await store.refresh();
    expect(store.getState().lacking).toEqual([]);
  });

  test('shows the snapshot, and follows what comes after it', () => {
    expect(store.getState().connection).toBe('live');
    expect(names()).toEqual(['Iris classifier']);
    expect(client.stream.resourceVersion).toBe(5);
  });

  test('shows a change as it arrives', async () => {
    client.stream.send(
      changed(deployment({ name: 'Iris 2', resource_version: 6 }))
    );
    await tick();
    expect(names()).toEqual(['Iris 2']);
  });

  test('tells listeners once per batch, and not of heartbeats', async () => {
    const listener = jest.fn();
    watchStore(listener);
    client.stream.send(
      changed(deployment({ id: 'a', resource_version: 6 }), 'ADDED'),
      changed(deployment({ id: 'b', resource_version: 7 }), 'ADDED')
    );
    await tick();
    client.stream.send(bookmark(8));
    await tick();
    expect(listener).toHaveBeenCalledTimes(1);
  });

  test('has one stream however many views there are', async () => {
    watchStore();
    watchStore();
    await tick();
    expect(client.streams).toHaveLength(1);
  });

  test('resumes where it was after the server ended the stream', async () => {
    client.stream.send(bookmark(9));
    await tick();
    client.stream.end();
    await tick(TIMING.retry.first);
    expect(store.getState().connection).toBe('live');
    expect(client.streams).toHaveLength(2);
    expect(client.stream.resourceVersion).toBe(9);
    expect(client.lists).toBe(1);
  });

  test('says since when it is stale, and keeps showing what it has', async () => {
    const syncedAt = Date.now();
    client.down = new ConnectionLost('refused');
    await tick(2_000);
    client.stream.fail(new ConnectionLost('cut'));
    await tick();
    expect(store.getState()).toMatchObject({
      connection: 'stale',
      syncedAt,
      problem: 'cut'
    });
    expect(names()).toEqual(['Iris classifier']);
  });

  test('comes back by itself, with a fresh snapshot when it was long', async () => {
    client.down = new ConnectionLost('refused');
    client.stream.fail(new ConnectionLost('cut'));
    await tick(60_000);
    client.down = null;
    client.snapshot = {
      items: [deployment({ name: 'Iris 2', resource_version: 6 })],
      resourceVersion: 6
    };
    await tick(TIMING.retry.longest);
    expect(store.getState()).toMatchObject({ connection: 'live', problem: '' });
    expect(names()).toEqual(['Iris 2']);
  });

  test('waits longer from failure to failure', async () => {
    const health = jest.spyOn(client, 'health');
    client.down = new ConnectionLost('refused');
    client.stream.fail(new ConnectionLost('cut'));
    await tick(10_000);
    const early = health.mock.calls.length;
    await tick(90_000);
    const late = health.mock.calls.length - early;
    expect(early).toBeGreaterThanOrEqual(3);
    expect(late).toBeLessThanOrEqual(8);
  });

  test('reconnects when nothing is heard for the heartbeat time', async () => {
    await tick(TIMING.heartbeat - 1);
    client.stream.send(bookmark(6));
    await tick(TIMING.heartbeat - 1);
    expect(client.streams).toHaveLength(1);
    await tick(1);
    expect(client.streams[0]!.signal.aborted).toBe(true);
    expect(store.getState().connection).toBe('stale');
    await tick(TIMING.retry.first);
    expect(client.streams).toHaveLength(2);
    expect(store.getState().connection).toBe('live');
  });

  test('finds by the slow poll what the stream missed', async () => {
    client.snapshot = {
      items: [deployment({ name: 'Iris 2', resource_version: 6 })],
      resourceVersion: 6
    };
    for (let waited = 0; waited < TIMING.poll; waited += 15_000) {
      client.stream.send(bookmark(5));
      await tick(15_000);
    }
    expect(names()).toEqual(['Iris 2']);
    expect(client.streams).toHaveLength(1);
  });

  test('starts over when the server ends the stream with an error', async () => {
    const error = { code: 'engine_unavailable', message: 'restarting' };
    client.stream.send(line('ERROR', 5, { error }));
    await tick();
    expect(store.getState()).toMatchObject({
      connection: 'stale',
      problem: 'restarting'
    });
    await tick(TIMING.retry.first);
    expect(store.getState().connection).toBe('live');
    expect(client.lists).toBe(2);
  });

  test('ends the stream some time after nobody looks, and resumes at once', async () => {
    setHidden(true);
    await tick(TIMING.linger - 1);
    expect(client.stream.signal.aborted).toBe(false);
    await tick(1);
    expect(client.stream.signal.aborted).toBe(true);

    const listed = client.lists;
    await tick(3 * TIMING.poll);
    expect(client.lists).toBe(listed);
    expect(client.streams).toHaveLength(1);

    setHidden(false);
    await tick();
    expect(client.streams).toHaveLength(2);
    expect(client.stream.resourceVersion).toBe(5);
  });

  test('keeps the stream through a short look elsewhere', async () => {
    setHidden(true);
    await tick(TIMING.linger / 2);
    setHidden(false);
    await tick(TIMING.linger);
    expect(client.streams).toHaveLength(1);
    expect(client.stream.signal.aborted).toBe(false);
  });

  test('ends the stream when the last view is gone', async () => {
    unsubscribe[0]!();
    await tick(TIMING.linger);
    expect(client.stream.signal.aborted).toBe(true);
    setHidden(true);
    setHidden(false);
    await tick();
    expect(client.streams).toHaveLength(1);
  });

  test('refreshes on demand', async () => {
    client.snapshot = {
      items: [deployment({ name: 'Iris 2', resource_version: 6 })],
      resourceVersion: 6
    };
    const refreshed = store.refresh();
    expect(store.getState().refreshing).toBe(true);
    await refreshed;
    expect(store.getState().refreshing).toBe(false);
    expect(names()).toEqual(['Iris 2']);
  });

  test('reconnects at once on demand', async () => {
    client.down = new ConnectionLost('refused');
    client.stream.fail(new ConnectionLost('cut'));
    await tick(120_000);
    client.down = null;
    await store.refresh();
    await tick();
    expect(store.getState().connection).toBe('live');
    expect(client.streams).toHaveLength(2);
  });
});

describe('blocked', () => {
  test.each([
    ['missing', new ExtensionMissing()],
    ['unauthorized', apiError(403, 'forbidden', 'ask ada')],
    ['unauthorized', apiError(401, 'unauthenticated', 'log in')]
  ])('is %s, asks rarely, and recovers', async (connection, error) => {
    client.down = error;
    const health = jest.spyOn(client, 'health');
    watchStore();
    await tick(TIMING.blocked - 1);
    expect(store.getState()).toMatchObject({
      connection,
      problem: error.message
    });
    expect(health).toHaveBeenCalledTimes(1);
    client.down = null;
    await tick(1);
    expect(store.getState().connection).toBe('live');
  });

  test('does not read the data of another release series', async () => {
    client.version = '0.2.0';
    watchStore();
    await tick();
    expect(store.getState()).toMatchObject({
      connection: 'mismatch',
      serverVersion: '0.2.0'
    });
    expect(client.lists).toBe(0);
  });

  test('is stale without a time when the server was never reached', async () => {
    client.down = new ConnectionLost('refused');
    watchStore();
    await tick();
    expect(store.getState()).toMatchObject({
      connection: 'stale',
      syncedAt: null
    });
  });
});
