import type { Place } from '../model/place';
import { placeOfTraits, traitsOf } from '../model/traits';

const nothing = { view: 'grid', deployment: '', tab: '', filter: '' };

test.each<[Place, object]>([
  [{ view: 'deployments' }, {}],
  [
    { view: 'deployments', filter: 'status=Failed' },
    { filter: 'status=Failed' }
  ],
  [{ view: 'administration' }, { view: 'admin' }],
  [{ view: 'create' }, { view: 'create' }],
  [
    { view: 'update', id: 'iris' },
    { view: 'update', deployment: 'iris' }
  ],
  [{ view: 'deployment', id: 'iris' }, { deployment: 'iris' }],
  [
    { view: 'deployment', id: 'iris', tab: 'logs' },
    { deployment: 'iris', tab: 'logs' }
  ]
])('%j and its traits', (place, traits) => {
  expect(placeOfTraits({ ...nothing, ...traits })).toEqual(place);
  expect({ ...nothing, ...traitsOf(place, 'grid') }).toEqual({
    ...nothing,
    ...traits
  });
});

test('the way back to the list leads to it as it was listed', () => {
  expect(traitsOf({ view: 'deployments' }, 'table').view).toBe('table');
});

test('what makes no sense shows the list', () => {
  expect(placeOfTraits({ ...nothing, view: 'update' })).toEqual({
    view: 'deployments'
  });
  expect(
    placeOfTraits({ ...nothing, deployment: 'iris', tab: 'cellar' })
  ).toEqual({ view: 'deployment', id: 'iris' });
});
