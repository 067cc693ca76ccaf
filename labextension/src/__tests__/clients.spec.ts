import {
  expiryTime,
  firstClientName,
  isClientName,
  isExpired,
  isLocalOnly
} from '../detail/clients';

const NOON = Date.parse('2026-11-20T12:00:00Z');

test.each([
  ['never', '', null],
  ['1', '', '2026-11-21T12:00:00.000Z'],
  ['90', '', '2027-02-18T12:00:00.000Z'],
  ['date', '', undefined],
  ['date', '31', undefined]
] as const)('an expiry of %s %s is %s', (expiry, date, expected) => {
  expect(expiryTime(expiry, date, NOON)).toBe(expected);
});

test('the last day counts whole, in the zone of the reader', () => {
  const time = expiryTime('date', '2026-12-01', NOON);
  expect(new Date(time!).getHours()).toBe(23);
  expect(new Date(time!).getDate()).toBe(1);
});

test.each([
  ['ada', [], 'ada'],
  ['Ada Lovelace', [], 'ada-lovelace'],
  ['7of9@example.com', [], 'of9-example-com'],
  ['愛', [], 'first'],
  ['', [], 'first'],
  ['ada', ['ada', 'ada-2'], 'ada-3']
])('the first client of %j is called so', (user, taken, expected) => {
  const name = firstClientName(
    user,
    taken.map(one => ({ name: one }))
  );
  expect(name).toBe(expected);
  expect(isClientName(name)).toBe(true);
});

test.each([
  ['ada', true],
  ['_batch-2', true],
  ['Ada', false],
  ['2nd', false],
  ['a.b', false],
  ['', false],
  ['a'.repeat(64), false]
])('%s may name a client: %s', (name, allowed) => {
  expect(isClientName(name)).toBe(allowed);
});

test('a client expires at its time, and one without a time never', () => {
  const at = (expires_at: string | null) => isExpired({ expires_at }, NOON);
  expect(at('2026-11-20T12:00:00Z')).toBe(true);
  expect(at('2026-11-20T12:00:01Z')).toBe(false);
  expect(at(null)).toBe(false);
});

test.each([
  ['http://127.0.0.1:8123/deployment/x/', true],
  ['http://localhost:8123/deployment/x/', true],
  ['http://[::1]:8123/deployment/x/', true],
  ['https://hub.example.com/deployment/x/', false],
  ['http://10.0.0.7:8123/deployment/x/', false]
])('%s answers only on its machine: %s', (endpoint, local) => {
  expect(isLocalOnly(endpoint)).toBe(local);
});
