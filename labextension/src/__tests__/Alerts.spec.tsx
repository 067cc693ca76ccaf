import { nullTranslator } from '@jupyterlab/translation';
import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import type { AlertSettings, Alerts as State } from '../api/contract';
import {
  draftOf,
  problemsOf,
  proposedRule,
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
  delivery: '',
  ...changes
});

const none = alerts({ rules: [], states: [], webhook: '' });

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
    expect(draft.rules.map(({ threshold }) => threshold)).toEqual(['7', '250']);
    expect(settingsOf(draft, alerts()).rules).toEqual(rules);
  });

  test('a stored webhook stays, goes, or is replaced', () => {
    const draft = draftOf(alerts());
    const sent = (webhook: string | null) =>
      settingsOf({ ...draft, webhook }, alerts()).webhook;
    expect(draft.webhook).toBeNull();
    expect(sent(null)).toBe('https://hooks.example.com/…');
    expect(sent('')).toBe('');
    expect(sent('https://other.example.com/x')).toBe(
      'https://other.example.com/x'
    );
  });

  test.each([
    ['error_rate', '100'],
    ['error_rate', '-1'],
    ['error_rate', ''],
    ['error_rate', '5 %'],
    ['latency_p95', '0'],
    ['latency_p95', '60000'],
    ['latency_p95', '1e3'],
    ['reward_below', '-0.5']
  ] as const)('%s of "%s" is refused', (kind, threshold) => {
    const draft = {
      rules: [{ ...proposedRule(kind), threshold }],
      webhook: ''
    };
    expect(problemsOf(draft, trans)[kind]).toBeTruthy();
  });

  test.each([
    ['error_rate', '0'],
    ['error_rate', '2,5'],
    ['latency_p95', '250.5'],
    ['no_ready_replica', ''],
    ['reward_below', '.5']
  ] as const)('%s of "%s" is fine', (kind, threshold) => {
    const draft = {
      rules: [{ ...proposedRule(kind), threshold }],
      webhook: ''
    };
    expect(problemsOf(draft, trans)).toEqual({});
  });

  test.each([
    'hooks.example.com',
    'ftp://example.com',
    'https://',
    'https://a b'
  ])('the webhook "%s" is refused', webhook => {
    expect(problemsOf({ rules: [], webhook }, trans).webhook).toBeTruthy();
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

test('suggests a rule where there is none, and stores it', async () => {
  const all = await show(none);
  await press('Use this rule…');
  await press('Save');
  expect(all.rest.setAlerts).toHaveBeenCalledWith('iris', {
    rules: [
      {
        kind: 'error_rate',
        threshold: 0.05,
        window: 300,
        hold: 60,
        enabled: true
      }
    ],
    webhook: ''
  });
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

test('what somebody else stored meanwhile is not lost unseen', async () => {
  const all = await show(alerts());
  await press('Edit alerts…');
  const theirs = alerts({ rules: [rules[0]!] });
  all.rest.alerts.mockImplementation(async () => theirs);
  await press('Save');
  expect(await screen.findByText(/Somebody else changed/)).toBeVisible();
  expect(all.rest.setAlerts).not.toHaveBeenCalled();
  await press('Replace theirs with mine');
  await waitFor(() => expect(all.rest.setAlerts).toHaveBeenCalledTimes(1));
  expect(sentBy(all).rules).toHaveLength(2);
});

test('who may only read sees how they stand', async () => {
  await show(alerts(), me({ can_write: false }));
  expect(screen.getAllByRole('listitem')).toHaveLength(2);
  expect(screen.queryByRole('button')).not.toBeInTheDocument();
});
