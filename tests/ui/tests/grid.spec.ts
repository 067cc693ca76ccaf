import type { Page } from '@playwright/test';

import { expectAccessible } from './accessible';
import { summarized } from './measured';
import {
  PANEL_ID,
  THEMES,
  deployment,
  expect,
  gallery,
  panelOf,
  test,
  withTheme
} from './scripted';

/** Kept for people to look at; fonts differ between machines, so nothing is compared. */
const shot = (page: Page, name: string) =>
  page.screenshot({ path: `test-results/grid/${name}.png` });

const withMetadata = () =>
  gallery().map((one, index) => ({
    ...one,
    spec: {
      ...one.spec,
      metadata:
        index % 2 === 0 ? { stage: 'production', owner: 'team-churn' } : {}
    }
  }));

/** One of each kind of traffic: failing, steady with a gap, none, just begun; of the last one nothing is known yet. */
const withTraffic = () => {
  const wave = (share: number) => 40 + 25 * Math.sin(9 * share);
  const kinds = [
    summarized(() => 0, { alerts: ['no_ready_replica'] }),
    summarized(wave, {
      failing: share => (share > 0.6 && share < 0.75 ? 6 : 0),
      alerts: ['error_rate', 'latency_p95']
    }),
    summarized(share =>
      share > 0.3 && share < 0.4 ? null : 1200 + wave(2 * share)
    ),
    summarized(share => (share < 0.8 ? 0 : 0.1 * share))
  ];
  return Object.fromEntries(
    gallery()
      .slice(0, kinds.length)
      .map(({ id }, index) => [id, { summary: kinds[index] }])
  );
};

for (const [name, theme] of Object.entries(THEMES)) {
  test.describe(name, () => {
    test.use({ mockSettings: withTheme(theme) });

    test('cards, table, menu, popovers and the bar of many are accessible', async ({
      play,
      page
    }) => {
      await play(withMetadata(), 'ok', undefined, withTraffic());
      await page.sidebar.openTab(PANEL_ID);
      const panel = panelOf(page);
      await page.sidebar.setWidth(300, 'left');
      await expect(panel.locator('.pd-Spark')).toHaveCount(4);
      await expect(panel.locator('.pd-Card')).toHaveCount(gallery().length);
      await shot(page, `${name}-cards-300`);

      await panel
        .getByRole('button', { name: 'Actions for Churn forecast' })
        .click();
      await expect(page.getByRole('menu')).toBeVisible();
      await shot(page, `${name}-menu-300`);
      await expectAccessible(page);
      await page.keyboard.press('Escape');

      await panel
        .getByRole('button', { name: 'View metadata of Churn forecast' })
        .click();
      await expect(page.getByRole('dialog')).toContainText('production');
      await shot(page, `${name}-metadata-300`);
      await expectAccessible(page);
      await page.keyboard.press('Escape');

      await page.sidebar.setWidth(1000, 'left');
      await shot(page, `${name}-cards-1000`);
      await panel.getByRole('button', { name: 'Table' }).click();
      await panel.getByRole('checkbox', { name: 'Select Churn' }).check();
      await panel.getByRole('checkbox', { name: 'Select Iris' }).check();
      await panel.getByRole('button', { name: 'View options' }).click();
      await shot(page, `${name}-table-1000`);
      await expectAccessible(page);
      await page.keyboard.press('Escape');

      await page.sidebar.setWidth(280, 'left');
      await shot(page, `${name}-table-280`);
      await expectAccessible(page);
    });
  });
}

const choose = async (page: Page, name: string, item: string) => {
  await panelOf(page)
    .getByRole('button', { name: `Actions for ${name}`, exact: true })
    .click();
  await page.getByRole('menuitem', { name: item, exact: true }).click();
};

test('layout, order and columns are there again after a reload', async ({
  play,
  page
}) => {
  await play(gallery());
  await page.sidebar.openTab(PANEL_ID);
  await page.sidebar.setWidth(900, 'left');
  const panel = panelOf(page);
  await panel.getByRole('button', { name: 'Table' }).click();
  await panel.getByRole('button', { name: 'Last updated' }).click();
  await panel.getByRole('button', { name: 'View options' }).click();
  await page.getByRole('checkbox', { name: 'Endpoint' }).uncheck();
  await page.keyboard.press('Escape');
  const titles = panel.locator('.pd-Title');
  await expect(titles.first()).toHaveText(/^Pricing/);
  await page.reload();
  await page.sidebar.openTab(PANEL_ID);
  await expect(panel.getByRole('columnheader')).toHaveText([
    'Title',
    'Status',
    'Group',
    'Replicas',
    'Traffic',
    'Metadata',
    'Last updated'
  ]);
  await expect(titles.first()).toHaveText(/^Pricing/);
});

test('a filtered list is shared as a link', async ({ play, page, baseURL }) => {
  await play(gallery());
  await page.sidebar.openTab(PANEL_ID);
  const panel = panelOf(page);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await panel.getByRole('button', { name: 'Failed 1' }).click();
  await panel.getByRole('button', { name: 'View options' }).click();
  await page.getByRole('button', { name: 'Copy link to this list' }).click();
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await expect.poll(clipboard).toContain(`${baseURL}/lab?`);
  const link = await clipboard();
  expect(link.startsWith(`${baseURL}/lab?`)).toBe(true);
  await panel.getByRole('button', { name: 'Failed 1' }).click();
  await expect(panel.locator('.pd-Row')).toHaveCount(gallery().length);
  await page.goto(link, { waitForIsReady: false });
  await expect(panel.locator('.pd-Title')).toHaveText(['Churn forecast']);
});

test('the key of what is broken leaves failures and failed updates', async ({
  play,
  page
}) => {
  await play(gallery());
  await page.sidebar.openTab(PANEL_ID);
  const panel = panelOf(page);
  await panel.locator('.pd-Title').first().focus();
  await page.keyboard.press('!');
  await expect(panel.locator('.pd-Title')).toHaveText([
    'Churn forecast',
    'Fraud detector'
  ]);
  const fraud = panel.locator('[data-deployment^="fraud"]');
  await expect(fraud.locator('.pd-Badge')).toHaveText([
    'Deployed',
    'update failed'
  ]);
});

test('a menu stops one, the bar many; who comes back finds the list as it was', async ({
  play,
  page
}) => {
  const many = Array.from({ length: 200 }, (_, n) =>
    deployment(`model-${n}`, `Model ${n}`)
  );
  await play(many);
  await page.sidebar.openTab(PANEL_ID);
  await page.sidebar.setWidth(320, 'left');
  const panel = panelOf(page);
  const row = (id: string) => panel.locator(`[data-deployment="${id}"]`);
  await choose(page, 'Model 0', 'Stop…');
  await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
  await expect(row('model-0')).toContainText('Stopped');
  await panel
    .getByRole('checkbox', { name: 'Select Model 1', exact: true })
    .check();
  await panel
    .getByRole('checkbox', { name: 'Select Model 3', exact: true })
    .click({ modifiers: ['Shift'] });
  await expect(panel.getByText('3 selected')).toBeVisible();
  await panel.getByRole('button', { name: 'Stop', exact: true }).click();
  await shot(page, 'bulk-question');
  await expectAccessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
  await expect(panel.getByRole('button', { name: 'Stopped 4' })).toBeVisible();

  const grid = panel.locator('.pd-Grid');
  await grid.evaluate(
    element => (element.scrollTop = (element.scrollHeight * 60) / 200)
  );
  const title = panel.getByRole('button', { name: 'Model 62', exact: true });
  await title.scrollIntoViewIfNeeded();
  const before = await grid.evaluate(element => element.scrollTop);
  await title.click();
  await expect(panel.getByRole('tab').first()).toBeVisible();
  await panel.getByRole('button', { name: /^(Back|All deployments)/ }).click();
  await expect(title).toBeVisible();
  await expect
    .poll(async () =>
      Math.abs((await grid.evaluate(element => element.scrollTop)) - before)
    )
    .toBeLessThan(150);
});

test('changes neither move nor redraw what they do not concern', async ({
  play,
  page
}) => {
  const many = Array.from({ length: 300 }, (_, n) =>
    deployment(`model-${n}`, `Model ${n}`)
  );
  await play(many);
  await page.sidebar.openTab(PANEL_ID);
  await page.sidebar.setWidth(320, 'left');
  const panel = panelOf(page);
  const grid = panel.locator('.pd-Grid');
  const still = panel.locator('[data-deployment="model-80"]');
  await expect(async () => {
    await grid.evaluate(
      element => (element.scrollTop = (element.scrollHeight * 79) / 300)
    );
    await expect(still).toBeAttached({ timeout: 500 });
  }).toPass();
  await still.evaluate(element => {
    const seen = window as unknown as { changes: number };
    seen.changes = 0;
    new MutationObserver(all => (seen.changes += all.length)).observe(element, {
      subtree: true,
      childList: true,
      attributes: true,
      characterData: true
    });
  });
  const top = await grid.evaluate(element => element.scrollTop);
  for (let step = 1; step <= 5; step += 1) {
    await play(
      many.map((one, n) =>
        n < 79 && n % 2 === 0
          ? {
              ...one,
              status: {
                ...one.status,
                replicas: { desired: 9, ready: step }
              }
            }
          : one
      )
    );
    await expect(panel.locator('[data-deployment="model-78"]')).toContainText(
      `${step}/9 ready`
    );
  }
  expect(await grid.evaluate(element => element.scrollTop)).toBe(top);
  expect(
    await page.evaluate(
      () => (window as unknown as { changes: number }).changes
    )
  ).toBe(0);
});

test('scaling shows what the group then uses', async ({ play, page }) => {
  await play(gallery());
  await page.sidebar.openTab(PANEL_ID);
  await choose(page, 'Iris classifier', 'Scale…');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Replicas' }).fill('3');
  await shot(page, 'scale');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await choose(page, 'Iris classifier', 'Delete…');
  await shot(page, 'delete');
  await expectAccessible(page);
});
