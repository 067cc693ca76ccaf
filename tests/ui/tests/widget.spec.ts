import {
  CELL,
  PANEL_ID,
  deployment,
  expect,
  gallery,
  panelOf,
  test
} from './scripted';

test('a cell shows what the panel shows, from the same stream', async ({
  play,
  page
}) => {
  await play(gallery());
  let streams = 0;
  page.on('request', request => {
    streams += request.url().includes('/v1/watch') ? 1 : 0;
  });
  await page.sidebar.openTab(PANEL_ID);
  await page.notebook.createNew('deployments.ipynb');
  await page.notebook.setCell(0, 'code', CELL);
  await page.notebook.run();
  const cell = page.locator('.jp-OutputArea .pd-App');
  const title = (root: typeof cell) =>
    root.locator('.pd-Title').allTextContents();
  await expect(cell.locator('.pd-Title')).toHaveCount(gallery().length);
  expect(await title(cell)).toEqual(await title(panelOf(page)));

  await play([deployment('iris', 'Iris anew')]);
  for (const root of [cell, panelOf(page)]) {
    await expect(root.locator('.pd-Title')).toHaveText(['Iris anew']);
  }
  expect(streams).toBe(1);
});

test('traits go both ways', async ({ play, page }) => {
  await play([
    deployment('iris', 'Iris'),
    deployment('churn', 'Churn', undefined, { group: 'sales' })
  ]);
  await page.notebook.createNew('traits.ipynb');
  await page.notebook.setCell(0, 'code', CELL);
  await page.notebook.addCell('code', 'panel.group = "sales"');
  await page.notebook.addCell('code', 'panel.selected');
  await page.notebook.runCell(0);
  const cell = page.locator('.jp-OutputArea .pd-App');
  await expect(cell.locator('.pd-Title')).toHaveCount(2);
  await page.notebook.runCell(1);
  await expect(cell.locator('.pd-Title')).toHaveText(['Churn']);
  await cell.locator('.pd-Title').click();
  await expect(cell.getByRole('tab').first()).toBeVisible();
  await page.notebook.runCell(2);
  expect(await page.notebook.getCellTextOutput(2)).toEqual(["'churn'"]);
});
