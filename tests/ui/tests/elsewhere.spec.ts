import type { Page } from '@playwright/test';

import { expectAccessible } from './accessible';
import { DETAILS, serving } from './details';
import { HOSTS } from './places';
import {
  PANEL_ID,
  THEMES,
  deployment,
  expect,
  panelOf,
  test,
  withTheme
} from './scripted';

const shot = (page: Page, name: string) =>
  page.screenshot({ path: `test-results/elsewhere/${name}.png` });

const foreign = () =>
  deployment('shop', 'Shop', undefined, {
    engine: 'kubernetes',
    managed_by: 'Argo CD',
    created_by: 'Argo CD',
    updated_by: 'Argo CD'
  });

for (const [theme, setting] of Object.entries(THEMES)) {
  test.describe(theme, () => {
    test.use({ mockSettings: withTheme(setting) });

    test('a list says what another tool made, and offers no change of it', async ({
      play,
      page
    }) => {
      await play([foreign(), deployment('iris', 'Iris')]);
      await page.sidebar.openTab(PANEL_ID);
      await page.sidebar.setWidth(300, 'left');
      const panel = panelOf(page);
      await expect(panel.getByText('made by Argo CD')).toHaveCount(1);
      await expectAccessible(page);
      await panel.getByRole('button', { name: 'Actions for Shop' }).click();
      await expect(page.getByRole('menuitem', { name: 'Clone…' })).toBeVisible();
      await expect(page.getByRole('menuitem', { name: 'Delete…' })).toHaveCount(0);
      await shot(page, `${theme}-list`);
    });

    for (const [host, open] of Object.entries(HOSTS)) {
      test(`${host}: its detail says so, and a clone is what can be made`, async ({
        play,
        page
      }) => {
        const one = { ...serving('public'), ...foreign(), id: 'iris' };
        const details = { ...DETAILS(), revisions: [] };
        await play([one], 'ok', {}, { iris: details });
        const root = await open(page, {
          view: 'deployment',
          id: 'iris',
          tab: 'history'
        });
        await expect(root.getByText('No history')).toBeVisible();
        await expect(root.getByText('made by Argo CD', { exact: true })).toBeVisible();
        const actions = root.getByRole('group', { name: 'Actions' });
        await expect(actions.getByRole('button')).toHaveText(['Clone']);
        await expectAccessible(page);
        await shot(page, `${theme}-${host}-history`);
      });
    }
  });
}
