import { DeploymentCollection } from '../model/collection';
import { bookmark, changed, deployment, line } from './fixtures';

const ids = (collection: DeploymentCollection) =>
  collection.items.map(item => item.id);

function collectionOf(...items: ReturnType<typeof deployment>[]) {
  const collection = new DeploymentCollection();
  collection.replace({ items, resourceVersion: 10 });
  return collection;
}

const a = deployment({ id: 'a', name: 'model 2', resource_version: 3 });
const b = deployment({ id: 'b', name: 'Model 10', resource_version: 4 });

test('orders by name, numbers by value, whatever the case', () => {
  expect(ids(collectionOf(b, a))).toEqual(['a', 'b']);
});

test('adds, changes and deletes', () => {
  const collection = collectionOf(a);
  collection.apply([
    changed(deployment({ ...b, resource_version: 11 }), 'ADDED')
  ]);
  collection.apply([changed(deployment({ ...a, resource_version: 12 }))]);
  expect(ids(collection)).toEqual(['a', 'b']);
  collection.apply([changed({ ...a, resource_version: 13 }, 'DELETED')]);
  expect(ids(collection)).toEqual(['b']);
  expect(collection.resourceVersion).toBe(13);
});

test('keeps the same array while nothing changes', () => {
  const collection = collectionOf(a, b);
  const before = collection.items;
  collection.apply([bookmark(20)]);
  collection.replace({ items: [{ ...a }, { ...b }], resourceVersion: 21 });
  expect(collection.items).toBe(before);
  expect(collection.resourceVersion).toBe(21);
});

test('keeps the objects that did not change', () => {
  const collection = collectionOf(a, b);
  const newer = { ...b, resource_version: 11 };
  collection.replace({ items: [{ ...a }, newer], resourceVersion: 11 });
  expect(collection.items[0]).toBe(a);
  expect(collection.items[1]).toBe(newer);
});

test('skips a change that is older than what is known', () => {
  const collection = collectionOf(deployment({ ...a, resource_version: 9 }));
  collection.apply([changed(deployment({ ...a, name: 'old' }))]);
  expect(collection.items[0]!.name).toBe('model 2');
});

test('ignores a snapshot that changes have overtaken', () => {
  const collection = collectionOf(a);
  collection.apply([changed({ ...a, resource_version: 12 }, 'DELETED')]);
  collection.replace({ items: [a], resourceVersion: 11 });
  expect(ids(collection)).toEqual([]);
});

test('keeps showing the old list until the new one is whole', () => {
  const collection = collectionOf(a);
  collection.apply([line('RESET', 2), changed(b, 'ADDED')]);
  expect(ids(collection)).toEqual(['a']);
  collection.apply([bookmark(5)]);
  expect(ids(collection)).toEqual(['b']);
  expect(collection.resourceVersion).toBe(5);
});

test('forgets a list that was cut short, and resumes from before it', () => {
  const collection = collectionOf(a);
  collection.apply([line('RESET', 12)]);
  collection.interrupted();
  collection.apply([bookmark(13)]);
  expect(ids(collection)).toEqual(['a']);
});

test("ends with the server's words, and begins with a snapshot next time", () => {
  const collection = collectionOf(a);
  const error = { code: 'engine_unavailable', message: 'gone' };
  expect(() => collection.apply([line('ERROR', 10, { error })])).toThrow(
    'gone'
  );
  expect(collection.resourceVersion).toBeNull();
});
