import { nullTranslator } from '@jupyterlab/translation';
import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import type {
  AlertKind,
  AlertSettings,
  Alerts as State
} from '../api/contract';
import {
  draftOf,
  field,
  problemsOf,
  proposedRule,
  rulesIn,
  sameField,
  settingsOf
} from '../metrics/alertDraft';
import { Alerts } from '../metrics/Alerts';
import { SessionProvider } from '../ui/session';
import { IScriptedSession, apiError, me, session } from './fixtures';

const trans = nullTranslator.load('');

const rules: State['rules'] = [
  {
    kind: 'error_rate',
    threshold: 0.07,
    window: 300,
    hold: 60,
    enabled: true
  },
  {
    kind: 'latency_p95',
    threshold: 0.25,
    window: 120,
    hold: 0,
    enabled: false
  }
];

const alerts = (changes: Partial<State> = {}): State => ({
  rules,
  states: [
    {
      kind: 'error_rate',
      state: 'firing',
      since: new Date(Date.now() - 185_000).toISOString(),
      value: 0.5,
      message: ''
    },
    {
      kind: 'latency_p95',
      state: 'unknown',
      since: null,
      value: null,
      message: ''
    }
  ],
  webhook: 'https://hooks.example.com/…',
  version: 4,
  delivery: '',
  editable: true,
  ...changes
});

const none = alerts({ rules: [], states: [], webhook: '' });

const draftWith = (kind: AlertKind, threshold: string) => ({
  ...draftOf(none),
  [kind]: field({ ...proposedRule(kind), threshold })
});

async function show(state: State, who = me()): Promise<IScriptedSession> {
  const all = session({ who });
  all.rest.alerts.mockImplementation(async () => state);
  render(
    <SessionProvider value={all}>
      <Alerts id="iris" active />
    </SessionProvider>
  );
  await waitFor(() =>
    expect(screen.queryByText(/^Loading/)).not.toBeInTheDocument()
  );
  return all;
}

const sentBy = (all: IScriptedSession): AlertSettings =>
  (all.rest.setAlerts.mock.calls as [string, AlertSettings][])[0]![1];

const press = async (name: string) =>
  userEvent.click(await screen.findByRole('button', { name }));

describe('what is typed and what is sent', () => {
  test('percent and milliseconds become shares and seconds, and come back the same', () => {
    const draft = draftOf(alerts());
    expect(rulesIn(draft).map(({ threshold }) => threshold)).toEqual([
      '7',
      '250'
    ]);
    expect(settingsOf(draft).rules).toEqual(rules);
  });

  test('an address as it is shown is the stored one, and nobody’s else', () => {
    const draft = draftOf(alerts());
    expect(problemsOf(draft, alerts().webhook, trans)).toEqual({});
    expect(
      problemsOf(draft, 'https://other.example.com/…', trans)['webhook']
    ).toMatch(/whole address/);
  });

  test('the same threshold in other letters is no change', () => {
    const written = (threshold: string) =>
      field({ ...proposedRule('error_rate'), threshold });
    expect(sameField('error_rate', written('5'), written('5.0'))).toBe(true);
    expect(sameField('error_rate', written('5'), written('6'))).toBe(false);
    expect(sameField('error_rate', written('5'), '')).toBe(false);
  });

  test.each([
    ['error_rate', '100'],
    ['error_rate', '-1'],
    ['error_rate', ''],
    ['error_rate', '5 %'],
    ['latency_p95', '0'],
    ['latency_p95', '60000'],
    ['latency_p95', '1e3'],
    ['reward_below', 'low']
  ] as const)('%s of "%s" is refused', (kind, threshold) => {
    expect(
      problemsOf(draftWith(kind, threshold), '', trans)[kind]
    ).toBeTruthy();
  });

  test.each([
    ['error_rate', '0'],
    ['error_rate', '2,5'],
    ['latency_p95', '250.5'],
    ['no_ready_replica', ''],
    ['reward_below', '.5'],
    ['reward_below', '-0.5']
  ] as const)('%s of "%s" is fine', (kind, threshold) => {
    expect(problemsOf(draftWith(kind, threshold), '', trans)).toEqual({});
  });

  test.each([
    'hooks.example.com',
    'ftp://example.com',
    'https://',
    'https://a b'
  ])('the webhook "%s" is refused', webhook => {
    const draft = { ...draftOf(none), webhook };
    expect(problemsOf(draft, '', trans)['webhook']).toBeTruthy();
  });
});

test('tells how each rule stands: since when it fires, and its value', async () => {
  await show(alerts({ delivery: 'https://hooks.example.com/…: HTTP 410' }));
  const [errors, latency] = screen.getAllByRole('listitem');
  expect(errors).toHaveTextContent(
    /Error rate above 7 % in the last 5 min, for 1 min.*Firing for 3 min 5 s.*now 50 %/
  );
  expect(latency).toHaveTextContent(/Latency p95 above 250 ms.*Off/);
  expect(screen.getByText('https://hooks.example.com/…')).toBeVisible();
  expect(screen.getByRole('alert')).toHaveTextContent('HTTP 410');
});

test('rules of Prometheus are shown, and are changed there', async () => {
  await show(alerts({ editable: false }));
  expect(screen.getByText(/they are changed there/)).toBeVisible();
  expect(screen.queryByRole('button')).not.toBeInTheDocument();
});

test('suggests a rule where there is none, and stores it', async () => {
  const all = await show(none);
  await press('Use this rule…');
  await press('Save');
  const rule = {
    kind: 'error_rate',
    threshold: 0.05,
    window: 300,
    hold: 60,
    enabled: true
  };
  const sent = { rules: [rule], webhook: '' };
  expect(all.rest.setAlerts).toHaveBeenCalledWith('iris', sent, 4);
  expect(
    await screen.findByRole('button', { name: 'Other rules…' })
  ).toBeVisible();
});

test('what is wrong stands at its field, and nothing is sent', async () => {
  const all = await show(none);
  await press('Use this rule…');
  const above = screen.getByLabelText('Above (%)');
  await userEvent.clear(above);
  await userEvent.type(above, 'lots');
  await userEvent.type(screen.getByLabelText('Webhook (optional)'), 'mail');
  await press('Save');
  expect(above).toHaveAccessibleDescription(/percentage/);
  expect(above).toHaveFocus();
  expect(screen.getByLabelText('Webhook (optional)')).toBeInvalid();
  expect(all.rest.setAlerts).not.toHaveBeenCalled();
});

test('what the server says against a field stands there', async () => {
  const all = await show(alerts());
  all.rest.setAlerts.mockRejectedValue(
    apiError(422, 'invalid', 'refused', {
      fields: [{ field: 'rules.1.threshold', message: 'too small' }]
    })
  );
  await press('Edit alerts…');
  await userEvent.type(screen.getByLabelText('Above (ms)'), '1');
  await press('Save');
  expect(await screen.findByText('too small')).toBeVisible();
  expect(screen.getByLabelText('Above (ms)')).toBeInvalid();
});

test('rules are added, changed and removed; the webhook stays unseen', async () => {
  const all = await show(alerts());
  await press('Edit alerts…');
  await press('Remove the rule Latency p95');
  await press('Low reward');
  const reward = within(screen.getByRole('group', { name: 'Low reward' }));
  await userEvent.selectOptions(reward.getByLabelText('In the last'), '900');
  await press('Save');
  expect(sentBy(all)).toMatchObject({
    rules: [
      { kind: 'error_rate', threshold: 0.07 },
      { kind: 'reward_below', threshold: 0.5, window: 900 }
    ],
    webhook: 'https://hooks.example.com/…'
  });
});

test('of what two people change at once nothing is lost', async () => {
  const all = await show(alerts());
  await press('Edit alerts…');
  const above = screen.getByLabelText('Above (%)');
  await userEvent.clear(above);
  await userEvent.type(above, '10');
  const theirs = alerts({
    version: 5,
    rules: [{ ...rules[0]!, threshold: 0.2 }],
    webhook: 'https://theirs.example.com/…'
  });
  all.rest.alerts.mockImplementation(async () => theirs);
  all.rest.setAlerts.mockRejectedValueOnce(
    apiError(409, 'conflict', 'somebody else changed the alerts meanwhile')
  );
  await press('Save');
  const box = within(
    await screen.findByRole('alert', { name: /^Somebody else saved/ })
  );
  const errors = within(box.getByRole('group', { name: /^Error rate/ }));
  expect(errors.getByLabelText(/Theirs.*above 20 %/)).not.toBeChecked();
  // What only they changed is taken over: a rule that they removed, whom they tell.
  const latency = within(box.getByRole('group', { name: 'Latency p95' }));
  expect(latency.getByLabelText(/Theirs.*none/)).toBeChecked();
  const webhook = within(box.getByRole('group', { name: 'Webhook' }));
  expect(webhook.getByLabelText(/theirs\.example/)).toBeChecked();
  expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();

  await userEvent.click(errors.getByLabelText(/Yours.*above 10 %/));
  await press('Save');

  await waitFor(() => expect(all.rest.setAlerts).toHaveBeenCalledTimes(2));
  const [, sent, version] = all.rest.setAlerts.mock.calls[1] as unknown[];
  expect(version).toBe(5);
  expect(sent).toEqual({
    rules: [{ ...rules[0], threshold: 0.1 }],
    webhook: 'https://theirs.example.com/…'
  });
});

test('who may only read sees how they stand', async () => {
  await show(alerts(), me({ can_write: false }));
  expect(screen.getAllByRole('listitem')).toHaveLength(2);
  expect(screen.queryByRole('button')).not.toBeInTheDocument();
});
