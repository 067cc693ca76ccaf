import { filterOfText, textOfFilter } from '../model/filterText';
import { IFilter, NO_FILTER } from '../model/selection';

test.each<[string, IFilter]>([
  ['', NO_FILTER],
  ['search=a%26b%20%3D%20c', { ...NO_FILTER, search: 'a&b = c' }],
  [
    'status=Failed,Stopped',
    { ...NO_FILTER, phases: new Set(['Stopped', 'Failed']) }
  ],
  [
    'search=churn&status=Failed&group=sales&mine&broken',
    {
      search: 'churn',
      phases: new Set(['Failed']),
      group: 'sales',
      mine: true,
      broken: true
    }
  ]
])('%p says the same as the filter', (text, filter) => {
  expect(textOfFilter(filter)).toBe(text);
  expect(filterOfText(text)).toEqual(filter);
});

test('what nobody understands is left out', () => {
  expect(filterOfText('status=Melted&colour=red&search=x')).toEqual({
    ...NO_FILTER,
    search: 'x'
  });
});
