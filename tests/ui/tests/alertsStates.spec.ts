import { galata } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

import { expectAccessible } from './accessible';
import { measured, summarized } from './measured';
import { openPanel } from './places';
import { PANEL_ID, ago, deployment, expect, panelOf, test } from './scripted';

const ID = 'iris-classifier-x3k9q';
const iris = () => deployment(ID, 'Iris classifier');
const rule = (threshold: number) => ({
  kind: 'error_rate',
  threshold,
  window: 300,
  hold: 60,
  enabled: true
});
const details = (version: number, threshold: number) => ({
  [ID]: {
    metrics: { '15m': measured() },
    alerts: { rules: [rule(threshold)], states: [], version }
  }
});

const expectNoOverflow = async (part: Locator) =>
  expect(
    await part.evaluate(
      ({ scrollWidth, clientWidth }) => scrollWidth - clientWidth
    )
  ).toBe(0);

test('rules that somebody else saved meanwhile stand beside what was typed, in 300 px', async ({
  play,
  page
}) => {
  await play([iris()], 'ok', {}, details(3, 0.05));
  const place = { view: 'deployment', id: ID, tab: 'metrics' };
  const alerts = (await openPanel(page, place)).locator('.pd-Alerts');
  await alerts
    .getByRole('button', { name: 'Edit alerts…' })
    .click({ timeout: 60_000 });
  await alerts.getByLabel('Above (%)').fill('2');
  await play([iris()], 'ok', {}, details(4, 0.1));
  await alerts.getByRole('button', { name: 'Save', exact: true }).click();

  const box = alerts.locator('.pd-Conflict');
  await expect(box).toContainText('10 %');
  await expect(box).toContainText('2 %');
  await expectAccessible(page);
  await expectNoOverflow(alerts);
  await alerts.screenshot({ path: 'test-results/looks/alerts/conflict.png' });
  await box.getByLabel(/^Yours/).check();
  await alerts.getByRole('button', { name: /^Save/ }).click();
  await expect(alerts.locator('li[data-alert]')).toContainText('2 %');
});

test.describe('with the notifications of alerts turned off', () => {
  test.use({
    mockSettings: {
      ...galata.DEFAULT_SETTINGS,
      '@jupyterlab/apputils-extension:notification': {
        checkForUpdates: false,
        doNotDisturbMode: false,
        fetchNews: 'false'
      },
      'primehub-deploy-ext:commands': { notifyAlerts: false }
    }
  });

  test('one that fires is seen on the list alone', async ({ play, page }) => {
    const traffic = (...alerts: string[]) => ({
      [ID]: { summary: summarized(() => 3, { alerts }) }
    });
    await play([iris()], 'ok', {}, traffic());
    await page.sidebar.openTab(PANEL_ID);
    const row = panelOf(page).locator(`[data-deployment="${ID}"]`);
    await expect(row.locator('.pd-Spark')).toBeVisible();
    await play([iris()], 'ok', {}, traffic('error_rate'));
    await expect(row.locator('.pd-Firing')).toBeVisible({ timeout: 60_000 });
    // What is told after it is told alone.
    const status = { ...iris().status, phase: 'Failed', reason: 'CrashLoop' };
    const failed = { ...iris(), status, updated_at: ago(1) };
    await play([failed], 'ok', {}, traffic('error_rate'));
    const toast = page.locator('.Toastify__toast');
    await expect(toast).toHaveText(/Iris classifier: Keeps crashing/);
    await expect(toast).toHaveCount(1);
  });
});

const never = {
  ...measured(),
  requests_ever: 0,
  totals: { ...measured().totals, requests: 0 }
};
const theirs = {
  ...measured(),
  source: 'prometheus',
  memory: [],
  batch_size: [],
  not_measured: ['memory', 'batch_size']
};

for (const [name, answer, words] of [
  ['nothing', undefined, 'Not measured here'],
  ['no-traffic', never, 'curl'],
  ['prometheus', theirs, 'Not measured here']
] as const) {
  test(`metrics in 300 px: ${name}`, async ({ play, page }) => {
    const its = answer ? { metrics: { '15m': answer } } : {};
    await play([iris()], 'ok', {}, { [ID]: its });
    const place = { view: 'deployment', id: ID, tab: 'metrics' };
    const view = (await openPanel(page, place)).locator('.pd-Metrics');
    await expect(view.getByText(words).first()).toBeVisible({
      timeout: 60_000
    });
    await expectAccessible(page);
    await expectNoOverflow(view);
    await page.screenshot({ path: `test-results/looks/metrics-300-${name}.png` });
  });
}
