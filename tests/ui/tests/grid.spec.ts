import type { Page } from '@playwright/test';

import { expectAccessible } from './accessible';
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

for (const [name, theme] of Object.entries(THEMES)) {
  test.describe(name, () => {
    test.use({ mockSettings: withTheme(theme) });

    test('cards, table, menu, popovers and the bar of many are accessible', async ({
      play,
      page
    }) => {
      await play(withMetadata());
      await page.sidebar.openTab(PANEL_ID);
      const panel = panelOf(page);
      await page.sidebar.setWidth(300, 'left');
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
