import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jupyterlab/galata';

import { expectAccessible } from './accessible';

const ID = 'alerted-one';
const SECRET = '/hooks/very-secret';
const SOON = { timeout: 60_000 };

test.use({
  baseURL: process.env['PD_UI_ENGINE_URL'],
  viewport: { width: 1440, height: 1100 },
  mockSettings: {
    '@jupyterlab/apputils-extension:notification': {
      checkForUpdates: false,
      fetchNews: 'false',
      doNotDisturbMode: false
    }
  }
});

interface ICall {
  path: string | undefined;
  body: { state: string; alert: string; deployment: string };
}

test('an alert that is set by clicks fires, is told everywhere, and ends', async ({
  page,
  request,
  baseURL
}) => {
  test.setTimeout(170_000);
  const calls: ICall[] = [];
  const receiver = createServer((message, answer) => {
    let text = '';
    message.on('data', part => (text += part));
    message.on('end', () => {
      calls.push({ path: message.url, body: JSON.parse(text) });
      answer.end();
    });
  });
  await new Promise<void>(done => receiver.listen(0, '127.0.0.1', done));
  const webhook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}${SECRET}`;
  const api = `${baseURL}/primehub-deploy/v1`;
  const { data, model } = JSON.parse(
    execFileSync('python', ['moody_artifact.py'], { encoding: 'utf8' })
  ) as { data: string; model: { artifact: string } };
  await request.put(`${api}/artifacts/${model.artifact}`, {
    data: Buffer.from(data, 'base64')
  });
  const created = await request.post(`${api}/deployments`, {
    data: { id: ID, name: 'Alerted', model }
  });
  expect(created.status()).toBe(201);
  try {
    const { endpoint } = (await created.json()) as { endpoint: string };
    await expect
      .poll(async () => {
        const answer = await request.get(`${api}/deployments/${ID}`);
        return ((await answer.json()) as { status: { phase: string } }).status
          .phase;
      }, SOON)
      .toBe('Deployed');
    const open = (tab: string) =>
      page.evaluate(
        place =>
          window.jupyterapp.commands.execute(
            'primehub-deploy:open-place',
            place
          ),
        { view: 'deployment', id: ID, tab }
      );
    await open('metrics');
    const view = page.locator('.pd-App.pd-mod-tab .pd-Metrics');
    const alerts = view.locator('.pd-Alerts');

    const send = async (value: number, times: number, expected: number) => {
      for (let count = 0; count < times; count += 1) {
        const answer = await request.post(`${endpoint}api/v1.0/predictions`, {
          data: { data: { ndarray: [[value]] } }
        });
        expect(answer.status()).toBe(expected);
      }
    };
    await send(1, 2, 200);
    await send(-1, 6, 500);
    // A look in the middle of them would tell of another rate.
    await expect(
      view.locator('[data-chart="qps"] .pd-Chart-figures')
    ).toContainText('8 requests in 15 min', SOON);

    await alerts.getByRole('button', { name: 'Use this rule…' }).click();
    const rule = alerts.getByRole('group', { name: 'Error rate' });
    await expect(rule.getByLabel('Above (%)')).toHaveValue('5');
    await rule.getByLabel('For at least').selectOption({ label: 'at once' });
    await alerts.getByLabel('Webhook (optional)').fill(webhook);
    await alerts.getByRole('button', { name: 'Save' }).click();
    await expect(alerts.getByText('http://127.0.0.1/…')).toBeVisible();

    const firing = view.getByRole('list', { name: 'Alerts that fire' });
    await expect(firing).toContainText(
      /Alert: Error rate.*now 75 %.*above 5 % in the last 5 min/,
      SOON
    );
    const toasts = page.locator('.Toastify__toast');
    const told = toasts.filter({
      hasText: 'Alerted: alert “Error rate”: 75.0% of predictions failed'
    });
    await expect(told).toHaveCount(1, SOON);
    await expect
      .poll(() => calls.map(({ body }) => body.state), SOON)
      .toEqual(['firing']);
    expect(calls[0]).toMatchObject({
      path: SECRET,
      body: { alert: 'error_rate', deployment: ID }
    });
    await page.screenshot({ path: 'test-results/looks/alert-fires.png' });
    await expectAccessible(page, '.pd-Metrics');

    // Another view of it shows the same, and tells nothing again.
    await open('events');
    const event = page
      .locator('.pd-App.pd-mod-tab')
      .getByText('AlertFiring')
      .filter({ visible: true });
    await expect(event.first()).toBeVisible(SOON);
    await told.getByRole('button', { name: 'Metrics' }).click();
    await expect(firing).toBeVisible();

    await send(1, 150, 200);

    await expect(firing).toHaveCount(0, SOON);
    await expect(
      toasts.filter({ hasText: 'Alerted: the alert “Error rate” ended' })
    ).toHaveCount(1, SOON);
    await expect
      .poll(() => calls.map(({ body }) => body.state), SOON)
      .toEqual(['firing', 'resolved']);
  } finally {
    await request.delete(`${api}/deployments/${ID}`);
    receiver.close();
  }
});
