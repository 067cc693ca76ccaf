import {
  pathOfPlace,
  placeOfPath,
  placeOfSearch,
  queryOfPlace,
  withoutPlace
} from '../model/link';
import type { Place } from '../model/place';

const places: [string, Place][] = [
  ['deployments', { view: 'deployments' }],
  [
    'deployments/status%3DFailed%26search%3Da%2Fb%20%25',
    { view: 'deployments', filter: 'status=Failed&search=a/b %' }
  ],
  ['administration', { view: 'administration' }],
  ['deployment/iris', { view: 'deployment', id: 'iris' }],
  ['deployment/iris/logs', { view: 'deployment', id: 'iris', tab: 'logs' }],
  [
    'deployment/iris/logs/1-0.1%4051200~2026-11-23T09%3A40%3A24Z',
    {
      view: 'deployment',
      id: 'iris',
      tab: 'logs',
      line: '1-0.1@51200~2026-11-23T09:40:24Z'
    }
  ],
  ['create', { view: 'create' }],
  ['update/iris', { view: 'update', id: 'iris' }]
];

test.each(places)('%s leads there and back', (path, place) => {
  expect(pathOfPlace(place)).toBe(path);
  expect(placeOfPath(path)).toEqual(place);
  expect(placeOfSearch(`?reset&${queryOfPlace(place)}&x=1`)).toEqual(place);
});

test('a draft stays in this browser', () => {
  expect(pathOfPlace({ view: 'create', draft: 'new' })).toBe('create');
});

test.each([
  '',
  'nowhere',
  'deployment',
  'update/',
  'deployment/%',
  'nowhere/x'
])('%p leads nowhere', path => expect(placeOfPath(path)).toBeNull());

test('an unknown part of a detail is left out', () => {
  expect(placeOfPath('deployment/iris/cellar')).toEqual({
    view: 'deployment',
    id: 'iris'
  });
});

test('what else an address says stays', () => {
  expect(withoutPlace('?reset&primehub-deploy=create&x=1')).toBe('?reset&x=1');
  expect(withoutPlace('?primehub-deploy=create')).toBe('');
  expect(placeOfSearch('?x=1')).toBeNull();
});
