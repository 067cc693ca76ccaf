import type { Page } from '@playwright/test';

import { expectAccessible } from './accessible';
import {
  CELL,
  PANEL_ID,
  THEMES,
  expect,
  gallery,
  panelOf,
  test,
  withTheme
} from './scripted';

/** Kept for people to look at; fonts differ between machines, so nothing is compared. */
const shot = (page: Page, name: string) =>
  page.screenshot({ path: `test-results/looks/${name}.png` });

for (const [name, theme] of Object.entries(THEMES)) {
  test.describe(name, () => {
    test.use({ mockSettings: withTheme(theme) });

    test('cards and table are accessible', async ({ play, page }) => {
      await play(gallery());
      await page.sidebar.openTab(PANEL_ID);
      const panel = panelOf(page);
      await page.sidebar.setWidth(320, 'left');
      await expect(panel.locator('.pd-Card')).toHaveCount(gallery().length);
      await shot(page, `${name}-narrow`);
      await expectAccessible(page);

      await page.sidebar.setWidth(1000, 'left');
      await panel.getByRole('button', { name: 'Table' }).click();
      await expect(panel.locator('.pd-Table')).toBeVisible();
      await panel.getByRole('button', { name: 'Failed 1' }).click();
      await panel.getByRole('button', { name: 'Failed 1' }).click();
      await shot(page, `${name}-wide`);
      await expectAccessible(page);
    });

    test('notices are accessible', async ({ play, page }) => {
      await play([]);
      await page.sidebar.openTab(PANEL_ID);
      const panel = panelOf(page);
      await expect(panel.getByText('No deployments yet')).toBeVisible();
      await shot(page, `${name}-empty`);
      await expectAccessible(page);

      await play(gallery());
      await expect(panel.locator('.pd-Row')).toHaveCount(gallery().length);
      await panel.getByRole('searchbox').fill('nothing like it');
      await expect(panel.getByText('Clear filters')).toBeVisible();
      await shot(page, `${name}-nothing-found`);
      await panel.getByText('Clear filters').click();

      await play(gallery(), 'cut');
      await expect(panel.getByText(/Connection lost/)).toBeVisible();
      await shot(page, `${name}-stale`);
      await expectAccessible(page);

      await play([], 'missing');
      await page.evaluate(() =>
        window.jupyterapp.commands.execute('primehub-deploy:refresh')
      );
      await expect(panel.getByText('Server extension missing')).toBeVisible();
      await shot(page, `${name}-missing`);
      await expectAccessible(page);
    });
  });
}

test('a cell is accessible', async ({ play, page }) => {
  await play(gallery());
  await page.notebook.createNew('looks.ipynb');
  await page.notebook.setCell(0, 'code', CELL);
  await page.notebook.run();
  await expect(page.locator('.jp-OutputArea .pd-App .pd-Row')).toHaveCount(
    gallery().length
  );
  await page.locator('.jp-OutputArea .pd-App').scrollIntoViewIfNeeded();
  await shot(page, 'cell');
  await expectAccessible(page);
});

for (const width of [250, 280]) {
  test(`a panel of ${width} pixels cuts nothing off`, async ({
    play,
    page
  }) => {
    await play(gallery());
    await page.sidebar.openTab(PANEL_ID);
    await page.sidebar.setWidth(width, 'left');
    const panel = panelOf(page);
    await expect(panel.locator('.pd-Row')).toHaveCount(gallery().length);
    for (const part of ['.pd-App', '.pd-Grid']) {
      const hidden = await panel
        .locator(part)
        .evaluate(element => element.scrollWidth - element.clientWidth);
      expect(hidden).toBe(0);
    }
    await shot(page, `narrow-${width}`);
  });
}
