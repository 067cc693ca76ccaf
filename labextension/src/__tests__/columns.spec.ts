import {
  COLUMNS,
  USUAL_COLUMNS,
  columnsOf,
  ordered,
  sortOfText,
  sortedBy,
  textOfSort,
  toggled
} from '../model/columns';
import { deployment } from './fixtures';

const names = (by: string, items = all) =>
  ordered(items, sortOfText(by)).map(({ id }) => id);

const all = [
  deployment({
    id: 'b10',
    name: 'Model 10',
    updated_at: '2026-11-20T10:00:00Z'
  }),
  deployment({
    id: 'a2',
    name: 'Model 2',
    updated_at: '2026-11-20T12:00:00Z',
    status: { phase: 'Failed', reason: 'CrashLoop' }
  }),
  deployment({
    id: 'c',
    name: 'about',
    updated_at: '2026-11-20T11:00:00Z',
    status: {
      reason: 'UpdateFailed',
      update: { revision: 2, outcome: 'failed', reason: null, message: '' }
    }
  })
];

test.each([
  ['title', ['c', 'a2', 'b10']],
  ['-title', ['b10', 'a2', 'c']],
  // What is wrong comes first.
  ['status', ['a2', 'c', 'b10']],
  ['-updated', ['a2', 'c', 'b10']],
  ['id', ['a2', 'b10', 'c']],
  // Equal: by name.
  ['group', ['c', 'a2', 'b10']],
  ['nonsense', ['c', 'a2', 'b10']]
])('ordered by %s', (by, order) => expect(names(by)).toEqual(order));

test('a click on a column sorts by it, another the other way round; times begin with the newest', () => {
  const first = sortedBy(sortOfText(''), 'group');
  expect(textOfSort(first)).toBe('group');
  expect(textOfSort(sortedBy(first, 'group'))).toBe('-group');
  expect(textOfSort(sortedBy(first, 'updated'))).toBe('-updated');
});

test('status stands right after the title: narrow tables show it too', () => {
  expect(USUAL_COLUMNS[0]).toBe('status');
  expect(COLUMNS[0]).toBe('status');
});

test('columns are those that are known, and the usual ones without any', () => {
  expect(columnsOf(['access', 'nonsense', 'id'])).toEqual(['access', 'id']);
  expect(columnsOf(['nonsense'])).toBe(USUAL_COLUMNS);
});

test('a column that is added stands where it stands among all', () => {
  const more = toggled(USUAL_COLUMNS, 'access');
  expect(more).toEqual(
    COLUMNS.filter(one => USUAL_COLUMNS.includes(one) || one === 'access')
  );
  expect(toggled(more, 'access')).toEqual(USUAL_COLUMNS);
});
