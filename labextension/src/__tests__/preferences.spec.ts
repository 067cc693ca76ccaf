import {
  DEFAULT_PREFERENCES,
  Preferences,
  preferencesOf
} from '../model/preferences';
import schema from '../../schema/commands.json';

test('the settings begin with what the code takes for the usual', () => {
  const defaults = Object.fromEntries(
    Object.entries(schema.properties).map(([name, { default: value }]) => [
      name,
      value
    ])
  );
  expect(defaults).toEqual(DEFAULT_PREFERENCES);
});

test('every setting says what it is', () => {
  for (const { title, description } of Object.values(schema.properties)) {
    expect(title).toBeTruthy();
    expect(description).toMatch(/\.$/);
  }
});

test('what has the wrong kind counts as not set', () => {
  expect(
    preferencesOf({ view: 'table', poll: 'often', columns: [1], extra: true })
  ).toEqual({ ...DEFAULT_PREFERENCES, view: 'table' });
});

test('what is changed in a view holds at once and is written down', () => {
  const kept = jest.fn();
  const told = jest.fn();
  const preferences = new Preferences(kept);
  preferences.subscribe(told);
  preferences.change({ view: 'table' });
  expect(preferences.getState().view).toBe('table');
  expect(kept).toHaveBeenCalledWith({ view: 'table' });
  // The settings then say the same: nothing is drawn again.
  preferences.accept({ ...DEFAULT_PREFERENCES, view: 'table' });
  expect(told).toHaveBeenCalledTimes(1);
});
