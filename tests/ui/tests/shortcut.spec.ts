import { PANEL_ID, expect, gallery, panelOf, test } from './scripted';

test('who shows the list by its shortcut goes on by keys, also when it was shown already', async ({
  play,
  page
}) => {
  await play(gallery());
  await page.notebook.createNew('keys.ipynb');
  await page.sidebar.openTab(PANEL_ID);
  const panel = panelOf(page);
  await expect(panel.locator('.pd-Card').first()).toBeVisible();
  await page.locator('.jp-Notebook .jp-Cell').first().click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+Shift+M');
  await expect(panel.locator('.pd-Overview')).toBeFocused();
  await page.screenshot({ path: 'test-results/shortcut/focus.png' });
  await page.keyboard.press('/');
  const search = panel.getByRole('searchbox');
  await expect(search).toBeFocused();
  await page.keyboard.press('Alt+Shift+M');
  await expect(search).toBeFocused();
});
