import { TextDecoder, TextEncoder } from 'util';
import { webcrypto } from 'crypto';

import {
  Drafts,
  EMPTY_DRAFT,
  IDraftStorage,
  MASK,
  changeDraftOf,
  draftOf
} from '../model/drafts';
import { deployment } from './fixtures';

Object.assign(globalThis, { TextDecoder, TextEncoder });
Object.defineProperty(globalThis, 'crypto', { value: webcrypto });

/** What JupyterLab keeps over a reload of the page: JSON. */
class Storage implements IDraftStorage {
  readonly texts = new Map<string, string>();

  async fetch(id: string): Promise<unknown> {
    const text = this.texts.get(id);
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  }

  async list(namespace: string) {
    const ids = [...this.texts.keys()].filter(id =>
      id.startsWith(`${namespace}:`)
    );
    return {
      ids,
      values: ids.map((id): unknown => JSON.parse(this.texts.get(id)!))
    };
  }

  async save(id: string, value: unknown): Promise<void> {
    this.texts.set(id, JSON.stringify(value));
  }

  async remove(id: string): Promise<void> {
    this.texts.delete(id);
  }
}

const secret = {
  ...EMPTY_DRAFT,
  name: 'Iris',
  env: [
    { name: 'TOKEN', value: 'hunter2-hunter2' },
    { name: 'KEPT', value: MASK }
  ]
};

test('what was typed outlives the page, but for environment values', async () => {
  const storage = new Storage();
  const drafts = new Drafts(storage);
  drafts.keep('new', secret);
  expect((await drafts.find('new'))?.draft).toEqual(secret);

  // A question about another draft waits for what is being written.
  await drafts.find('other');
  const kept = await new Drafts(storage).find('new');
  expect(kept?.draft.name).toBe('Iris');
  expect(kept?.draft.env).toEqual([
    { name: 'TOKEN', value: '', lost: true },
    { name: 'KEPT', value: MASK }
  ]);
  expect([...storage.texts.values()].join()).not.toContain('hunter2');
});

test('a discarded draft is gone, also when it was being saved', async () => {
  const storage = new Storage();
  const drafts = new Drafts(storage);
  drafts.keep('new', secret);
  drafts.discard('new');
  expect(await drafts.find('new')).toBeNull();
  expect(storage.texts.size).toBe(0);
});

test('what another release stored is read as far as it fits', async () => {
  const storage = new Storage();
  await storage.save('primehub-deploy-drafts:new', {
    at: 1,
    draft: { name: 'Iris', replicas: 3, env: 'none', surplus: true }
  });
  const found = await new Drafts(storage).find('new');
  expect(found?.draft).toEqual({ ...EMPTY_DRAFT, name: 'Iris' });
  await storage.save('primehub-deploy-drafts:other', { draft: 7 });
  expect(await new Drafts(storage).find('other')).toBeNull();
});

test('drafts that nobody came back to are removed', async () => {
  const storage = new Storage();
  await storage.save('primehub-deploy-drafts:old', { at: 0, draft: {} });
  await storage.save('primehub-deploy-drafts:odd', 'x');
  await storage.save('primehub-deploy-drafts:young', {
    at: Date.now(),
    draft: {}
  });
  const drafts = new Drafts(storage);
  await drafts.tidy();
  await drafts.find('anything');
  expect([...storage.texts.keys()]).toEqual(['primehub-deploy-drafts:young']);
});

test('a form that a notebook prepared begins with what it gave', async () => {
  const drafts = new Drafts();
  const model = deployment().spec.model;
  const key = drafts.prepare({ name: 'clf', model, origin: 'clf' });
  expect(drafts.peek(key)?.draft).toEqual({
    ...EMPTY_DRAFT,
    name: 'clf',
    model,
    origin: 'clf'
  });
  expect(drafts.prepare({})).not.toBe(key);
});

test('a copy takes all but what can only be one’s own', () => {
  const original = deployment();
  original.spec.env = { TOKEN: MASK };
  original.spec.metadata = { stage: 'test' };
  const copy = draftOf(original, 'Iris classifier copy');
  expect(copy).toMatchObject({
    name: 'Iris classifier copy',
    id: '',
    group: 'research',
    instanceType: 'small',
    replicas: '1',
    env: [{ name: 'TOKEN', value: '', lost: true }],
    metadata: [{ name: 'stage', value: 'test' }]
  });
  expect(changeDraftOf(original)).toMatchObject({
    id: 'iris',
    env: [{ name: 'TOKEN', value: MASK }]
  });
});
