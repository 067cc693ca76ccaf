import type { Locator, Page } from '@playwright/test';

import { expectAccessible } from './accessible';
import { measured, summarized } from './measured';
import {
  PANEL_ID,
  THEMES,
  ago,
  deployment,
  expect,
  panelOf,
  test,
  withTheme
} from './scripted';
import { models, world } from './world';

const ID = 'iris-classifier-x3k9q';
const PLACE = { view: 'deployment', id: ID, tab: 'metrics' };
const iris = () => deployment(ID, 'Iris classifier');

const details = (alerts?: object) => ({
  [ID]: { metrics: { '15m': measured() }, ...(alerts && { alerts }) }
});

/** Rules in every state that there is, and a webhook that nobody answers. */
const standing = () => ({
  rules: [
    { kind: 'error_rate', threshold: 0.05, window: 300, hold: 60 },
    { kind: 'latency_p95', threshold: 0.8, window: 900, hold: 3600 },
    { kind: 'no_ready_replica', threshold: 0, window: 300, hold: 0 },
    { kind: 'reward_below', threshold: 0.5, window: 600, hold: 300 }
  ].map(rule => ({ ...rule, enabled: rule.kind !== 'no_ready_replica' })),
  webhook: 'https://hooks.a-company-with-a-long-name.example.com/…',
  states: [
    { kind: 'error_rate', state: 'firing', since: ago(754), value: 0.0724 },
    { kind: 'latency_p95', state: 'pending', since: ago(42), value: 0.913 },
    { kind: 'reward_below', state: 'unknown', since: null, value: null }
  ],
  delivery:
    'https://hooks.a-company-with-a-long-name.example.com/… answered 502 three times; the next try is in 40 s'
});

/** Kept for people to look at; fonts differ between machines, so nothing is compared. */
async function look(page: Page, part: Locator, name: string): Promise<void> {
  await part.scrollIntoViewIfNeeded();
  await part.screenshot({ path: `test-results/looks/alerts/${name}.png` });
  await expectAccessible(page);
}

/** The alerts of the deployment: in a tab of the main area, or in a panel of 300 px. */
const HOSTS = {
  wide: async (page: Page): Promise<Locator> => {
    await page.evaluate(
      place =>
        window.jupyterapp.commands.execute('primehub-deploy:open-place', place),
      PLACE
    );
    return page.locator('.pd-App.pd-mod-tab .pd-Alerts');
  },
  narrow: async (page: Page): Promise<Locator> => {
    await page.sidebar.openTab(PANEL_ID);
    await page.sidebar.setWidth(300, 'left');
    await page.evaluate(
      place =>
        window.jupyterapp.commands.execute('primehub-deploy:open', place),
      PLACE
    );
    return panelOf(page).locator('.pd-Alerts');
  }
} as const;

const press = (root: Page | Locator, name: string) =>
  root.getByRole('button', { name, exact: true }).click();

/** Nothing of it is wider than it. */
const expectNoOverflow = async (part: Locator) =>
  expect(
    await part.evaluate(
      ({ scrollWidth, clientWidth }) => scrollWidth - clientWidth
    )
  ).toBe(0);

for (const [theme, themeName] of Object.entries(THEMES)) {
  for (const [host, open] of Object.entries(HOSTS)) {
    test.describe(`${theme}, ${host}`, () => {
      test.use({
        mockSettings: withTheme(themeName),
        viewport: { width: 1160, height: 1600 }
      });
      const named = (state: string) => `${theme}-${host}-${state}`;

      test('alerts: none, typed, refused, saved, standing', async ({
        play,
        page
      }) => {
        test.setTimeout(180_000);
        await play([iris()], 'ok', {}, details());
        const alerts = await open(page);
        await expect(
          alerts.getByText(/^Nobody is told when this deployment fails/)
        ).toBeVisible({ timeout: 60_000 });
        await look(page, alerts, named('none'));

        await press(alerts, 'Use this rule…');
        for (const kind of ['Latency p95', 'No ready replica', 'Low reward']) {
          await press(alerts, kind);
        }
        await alerts.getByLabel('Above (%)').fill('140');
        await alerts.getByLabel('Above (ms)').fill('a second');
        await alerts.getByLabel('Below').fill('half');
        await alerts.getByLabel('Webhook').fill('hooks.example.com/T0/B1');
        await press(alerts, 'Save');
        await expect(alerts.locator('[aria-invalid="true"]')).toHaveCount(4);
        await expect(alerts.getByLabel('Above (%)')).toBeFocused();
        await look(page, alerts, named('wrong'));
        await expectNoOverflow(alerts);

        await alerts.getByLabel('Above (%)').fill('5');
        await alerts.getByLabel('Above (ms)').fill('800');
        await alerts.getByLabel('Below').fill('0.5');
        await alerts
          .getByLabel('Webhook')
          .fill('https://hooks.example.com/T0/B1');
        const refusal = {
          status: 400,
          code: 'invalid',
          message: 'webhook: must not be an address of this machine',
          fields: [
            {
              field: 'webhook',
              message: 'must not be an address of this machine'
            }
          ]
        };
        await play(
          [iris()],
          'ok',
          { refuse: { setAlerts: refusal } },
          details()
        );
        await press(alerts, 'Save');
        await expect(
          alerts.getByText('must not be an address of this machine', {
            exact: true
          })
        ).toBeVisible();
        await look(page, alerts, named('refused'));

        await play([iris()], 'ok', {}, details());
        let go = () => {};
        const held = new Promise<void>(resolve => (go = resolve));
        await page.route('**/alerts', async route => {
          if (route.request().method() === 'PUT') {
            await held;
          }
          await route.continue();
        });
        await press(alerts, 'Save');
        await expect(
          alerts.getByRole('button', { name: 'Saving…' })
        ).toBeDisabled();
        await look(page, alerts, named('saving'));
        go();
        await expect(alerts.locator('li[data-alert]')).toHaveCount(4);
        await expect(
          alerts.getByText('https://hooks.example.com/…')
        ).toBeVisible();
        await look(page, alerts, named('saved'));

        await play([iris()], 'ok', {}, details(standing()));
        await expect(alerts.getByText(/^Firing for/)).toBeVisible({
          timeout: 60_000
        });
        await look(page, alerts, named('standing'));
        await expectNoOverflow(alerts);

        await play([iris()], 'ok', { can_write: false }, details(standing()));
        await page.evaluate(() =>
          window.jupyterapp.commands.execute('primehub-deploy:refresh')
        );
        await expect(alerts.getByRole('button')).toHaveCount(0);
      });
    });
  }
}

/** Two years of many groups, nothing this month yet: from nothing worth a digit to what needs a comma. */
const usage = () =>
  Array.from({ length: 24 }, (_, index) => {
    const month = new Date(Date.now());
    month.setUTCDate(1);
    month.setUTCMonth(month.getUTCMonth() - 1 - index);
    return [
      'research',
      'sales',
      'operations-and-logistics',
      'finance',
      'legacy',
      'support'
    ].map((group, place) => ({
      month: month.toISOString().slice(0, 7),
      group,
      cpu_hours: group === 'legacy' ? 0.0004 : 31_234.5 / (place + 1) ** 3,
      memory_gb_hours: 82_345.678 / (place + 1) ** 2,
      replica_hours: group === 'legacy' ? 0 : 1_488 / (place + 1),
      requests: Math.round(12_345_678 / (place + 1) ** 4),
      deployments: 12 - 2 * place
    }));
  }).flat();

/** What is seen of the list of all deployments. */
const traffic = () => {
  const kinds = [
    summarized(() => 0, { alerts: ['no_ready_replica'] }),
    summarized(() => 1234, { failing: () => 61.7, alerts: ['error_rate'] }),
    summarized(share => 0.2 * share),
    summarized(() => 0)
  ];
  return Object.fromEntries(
    models().map(({ id }, index) => [
      id,
      kinds[index] ? { summary: kinds[index] } : {}
    ])
  );
};

const ADMINISTRATION = {
  wide: async (page: Page): Promise<Locator> => {
    await page.evaluate(() =>
      window.jupyterapp.commands.execute('primehub-deploy:open-administration')
    );
    return page.locator('.pd-App.pd-mod-tab[aria-label^="Administration"]');
  },
  narrow: async (page: Page): Promise<Locator> => {
    await page.sidebar.openTab(PANEL_ID);
    await page.sidebar.setWidth(300, 'left');
    await press(panelOf(page), 'Administration');
    return panelOf(page).locator('.pd-App');
  }
} as const;

async function turnTo(root: Locator, screen: string): Promise<void> {
  await root.locator('.pd-AdminNav > *').waitFor();
  const tab = root.getByRole('tab', { name: screen });
  if ((await tab.count()) > 0) {
    await tab.click();
  } else {
    await root
      .getByLabel('Screen of the administration')
      .selectOption({ label: screen });
  }
}

for (const [theme, themeName] of Object.entries(THEMES)) {
  for (const [host, open] of Object.entries(ADMINISTRATION)) {
    test.describe(`${theme}, ${host}`, () => {
      test.use({
        mockSettings: withTheme(themeName),
        viewport: { width: 1500, height: 760 }
      });
      const named = (state: string) => `${theme}-${host}-${state}`;

      test('usage by group and month, and the traffic of all', async ({
        play,
        page
      }) => {
        test.setTimeout(180_000);
        await play(models(), 'ok', world({ usage: usage() }), traffic());
        const root = await open(page);
        await turnTo(root, 'Usage');
        await expect(root.getByText('Nothing was used')).toBeVisible();
        await look(page, root, named('usage-none'));

        await turnTo(root, 'Deployments');
        await expect(root.locator('.pd-Firing').first()).toBeVisible();
        await root.locator('.pd-Sums summary').click();
        await look(page, root, named('oversight'));

        await turnTo(root, 'Usage');
        await root.getByLabel('Month').selectOption({ index: 1 });
        await expect(root.locator('[data-item$="/sales"]')).toHaveCount(1);
        await look(page, root, named('usage-month'));
        await root.getByLabel('Month').selectOption({ label: 'All months' });
        await expect(root.locator('[data-item$="/sales"]')).toHaveCount(24);
        await look(page, root, named('usage-all'));
        const [file] = await Promise.all([
          page.waitForEvent('download'),
          press(root, 'CSV')
        ]);
        expect(file.suggestedFilename()).toBe('usage.csv');
      });
    });
  }
}
