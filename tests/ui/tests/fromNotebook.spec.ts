import { expect, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

import { expectAccessible } from './accessible';

test.use({ baseURL: process.env['PD_UI_ENGINE_URL'] });

/** A replica is a fresh process the first time, and the machine may be busy. */
const SOON = { timeout: 90_000 };

const TRAINING = `
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
X, y = load_wine(return_X_y=True, as_frame=True)
X_test = X.tail(40)
wine_model = RandomForestClassifier(n_estimators=5, random_state=0).fit(X, y)
raw = RandomForestClassifier()
`;

const button = (root: Locator | import('@playwright/test').Page) =>
  root
    .locator('.jp-NotebookPanel-toolbar [data-jp-item-name="deploy-model"]')
    .getByText('Deploy model…');

test('the toolbar button leads from a model of the notebook to the form filled in, and to what serves', async ({
  page,
  request,
  baseURL
}) => {
  test.setTimeout(240_000);
  await page.notebook.createNew('wine.ipynb');
  await page.notebook.setCell(0, 'code', TRAINING);
  await page.notebook.run();
  await button(page).click();

  const dialog = page.locator('.pd-Modal');
  const model = dialog.getByRole('radio', { name: /^wine_model/ });
  await expect(model).toBeChecked({ timeout: 60_000 });
  await expect(dialog).toContainText('13 columns');
  await expect(dialog).toContainText('not fitted yet');
  await expect(dialog.getByLabel('Example data')).toHaveValue('X_test');
  await expectAccessible(page, '.pd-Modal');
  await dialog.screenshot({ path: 'test-results/looks/models-dialog.png' });
  await page.theme.setDarkTheme();
  await dialog.screenshot({
    path: 'test-results/looks/models-dialog-dark.png'
  });
  await page.theme.setLightTheme();

  await dialog.getByRole('radio', { name: /^raw/ }).check();
  await dialog.getByRole('button', { name: 'Continue…' }).click();
  await expect(dialog.getByRole('alert')).toContainText('not fitted');

  await model.check();
  await dialog.getByRole('button', { name: 'Continue…' }).click();
  await expect(dialog).toHaveCount(0, { timeout: 60_000 });
  await expect(page.getByRole('tab', { name: 'New Deployment' })).toBeVisible();
  // Nothing of all that is in the notebook or its history.
  expect(await page.notebook.getCellCount()).toBe(1);
  await page.screenshot({ path: 'test-results/looks/form-from-notebook.png' });

  const form = page.locator('.lm-DockPanel-widget:not(.lm-mod-hidden) .pd-App');
  await expect(form.getByLabel('Deployment Name')).toHaveValue('Wine model');
  const api = `${baseURL}/primehub-deploy/v1/deployments`;
  const toast = (text: string) =>
    page.locator('.Toastify__toast').filter({ hasText: text });
  try {
    const deploy = form.getByRole('button', { name: 'Deploy', exact: true });
    await expect(deploy).toBeInViewport({ ratio: 1 });
    await form.getByLabel('Description').fill('Sorts wines');
    await deploy.click();
    const status = form.locator('.pd-DetailHead-status');
    await expect(status).toContainText('Deployed', SOON);
    await expect(toast('Wine model is deployed')).toBeVisible(SOON);
    await expect(toast('Wine model is deploying')).toHaveCount(0);
    await page.screenshot({ path: 'test-results/looks/form-deployed.png' });

    // An update ends on the page too: its toast does not go on turning.
    await form.getByRole('button', { name: 'Update', exact: true }).click();
    await form.getByLabel('Description').fill('Sorts wines by grape');
    const send = form.getByRole('button', { name: 'Confirm and Deploy' });
    await expect(send).toBeInViewport({ ratio: 1 });
    await send.click();
    await expect(toast('The update of Wine model is deployed')).toBeVisible(
      SOON
    );
    await expect(toast('is deploying')).toHaveCount(0);
    await expect(page.locator('.Toastify__spinner')).toHaveCount(0);
    await expect(form.getByText('Sorts wines by grape')).toBeVisible(SOON);
  } finally {
    const { items } = (await (await request.get(api)).json()) as {
      items: { id: string }[];
    };
    for (const { id } of items) {
      await request.delete(`${api}/${id}`);
    }
  }
});

test('deploy() is a live card, which outlives the kernel and the page', async ({
  page,
  request,
  baseURL
}) => {
  test.setTimeout(150_000);
  const api = `${baseURL}/primehub-deploy/v1/deployments`;
  try {
    await page.notebook.createNew('card.ipynb');
    await page.notebook.setCell(
      0,
      'code',
      'from primehub_deploy_ext import deploy\nh = deploy(lambda rows: rows, "Echo", id="echo")'
    );
    await page.notebook.addCell('code', 'h');
    await page.notebook.run();
    const cards = page.locator('.jp-OutputArea .pd-Card');
    await expect(cards).toHaveCount(2, { timeout: 60_000 });
    for (const card of await cards.all()) {
      await expect(card).toContainText('Echo');
      await expect(card.locator('.pd-mod-Deployed').first()).toBeVisible({
        timeout: 60_000
      });
    }
    await expectAccessible(page, '.jp-OutputArea .pd-App');
    await page.screenshot({ path: 'test-results/looks/card.png' });
    await page.theme.setDarkTheme();
    await page.screenshot({ path: 'test-results/looks/card-dark.png' });
    await page.theme.setLightTheme();

    await page.evaluate(() =>
      window.jupyterapp.commands.execute('kernelmenu:shutdown')
    );
    await request.post(`${api}/echo:stop`, { data: {} });
    for (const card of await cards.all()) {
      await expect(card).toContainText('Stopped', { timeout: 60_000 });
    }
    await cards.first().getByRole('button', { name: 'Start' }).click();
    await page
      .locator('.pd-Modal')
      .getByRole('button', { name: 'Start' })
      .click();
    await expect(cards.first().locator('.pd-mod-Deployed').first()).toBeVisible(
      { timeout: 60_000 }
    );

    await page.notebook.save();
    await page.reload({ waitForIsReady: false });
    await expect(cards.first()).toContainText('Echo', { timeout: 60_000 });
    await cards.first().getByRole('button', { name: 'Details' }).click();
    await expect(
      page.locator('.jp-OutputArea').getByRole('tab', { name: 'Logs' })
    ).toBeVisible();
  } finally {
    await request.delete(`${api}/echo`);
  }
});

test('says when no model is there, and waits for a busy kernel', async ({
  page,
  tmpPath
}) => {
  await page.notebook.createNew('empty.ipynb');
  await page.notebook.setCell(0, 'code', 'x = 3');
  await page.notebook.run();
  await button(page).click();
  const dialog = page.locator('.pd-Modal');
  await expect(dialog.getByRole('alert')).toContainText(
    'No variable of the kernel holds a model',
    { timeout: 60_000 }
  );
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toHaveCount(0);

  await page.notebook.setCell(
    0,
    'code',
    // Typed into the editor, which indents by itself: every statement has a line of its own.
    `import pathlib, time
double = lambda rows: rows
while not pathlib.Path('go.txt').exists(): time.sleep(0.1)`
  );
  const running = page.notebook.runCell(0, true);
  await expect(page.locator('.jp-Notebook-ExecutionIndicator')).toHaveAttribute(
    'data-status',
    'busy'
  );
  await button(page).click();
  await expect(dialog).toContainText('The kernel is busy');
  await page.contents.uploadContent('go', 'text', `${tmpPath}/go.txt`);
  await expect(dialog.getByRole('radio', { name: /^double/ })).toBeChecked({
    timeout: 60_000
  });
  await running;
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toHaveCount(0);
});
