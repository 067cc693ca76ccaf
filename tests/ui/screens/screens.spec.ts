import type { Locator, Page } from '@playwright/test';

import { HOSTS, Place, frontOf, openPanel } from '../tests/places';
import { CELL, THEMES, expect, test, withTheme } from '../tests/scripted';
import { world } from '../tests/world';
import { LOG, all, details, pending } from './stories';

const LIST: Place = { view: 'deployments' };
const tabOf = (tab: string): Place => ({ view: 'deployment', id: 'iris', tab });

const press = (root: Page | Locator, name: string | RegExp) =>
  root.getByRole('button', { name, exact: typeof name === 'string' }).click();

test.use({ viewport: { width: 1160, height: 720 } });

for (const [theme, setting] of Object.entries(THEMES)) {
  for (const [host, open] of Object.entries(HOSTS)) {
    if (theme === 'high-contrast' && host === 'wide') {
      continue;
    }
    test.describe(`${theme}, ${host}`, () => {
      test.use({ mockSettings: withTheme(setting) });

      /** A picture of a view, or of the page where something lies over it. */
      const keep = async (what: Page | Locator, name: string) => {
        // No spinner is caught half-way, and nothing has the focus by chance.
        await what.screenshot({
          path: `test-results/looks/screens/${name}-${theme}-${host}.png`,
          animations: 'disabled'
        });
      };
      const dialog = async (page: Page, name: string) => {
        await expect(page.getByRole('dialog')).toBeVisible();
        await keep(page, name);
        await page.keyboard.press('Escape');
        await expect(page.getByRole('dialog')).toBeHidden();
      };

      test('the list', async ({ play, page }) => {
        test.setTimeout(120_000);
        await play(all(), 'ok', {}, details());
        const root = await open(page, LIST);
        await expect(root.locator('.pd-Row')).toHaveCount(all().length);
        await press(root, 'Cards');
        await keep(root, 'cards');
        await press(root, 'Actions for Iris classifier');
        await expect(page.getByRole('menu')).toBeVisible();
        await keep(page, 'menu');
        await page.keyboard.press('Escape');
        await press(root, 'View metadata of Iris classifier');
        await dialog(page, 'metadata');
        await press(root, 'Table');
        await keep(root, 'table');
        await press(root, 'Actions for Iris classifier');
        await page.getByRole('menuitem', { name: /^Scale/ }).click();
        await dialog(page, 'scale');
        await press(root, 'Actions for Iris classifier');
        await page.getByRole('menuitem', { name: /^Delete/ }).click();
        await dialog(page, 'delete');
        await press(root, 'Cards');
        await play([], 'ok', {});
        await expect(root.getByText('No deployments yet')).toBeVisible();
        await keep(root, 'empty');
      });

      test('the forms', async ({ play, page }) => {
        test.setTimeout(120_000);
        await play(all(), 'ok', world(), details());
        const root = await open(page, { view: 'create' });
        const form = root.locator('.pd-DeployForm');
        await form.getByLabel('Group').selectOption('research');
        await form.getByLabel(/Iris v2/).click();
        await expect(root.getByLabel('Deployment ID')).toHaveValue(/^iris-/);
        await root
          .locator('.pd-Form-body')
          .evaluate(body => (body.scrollTop = 0));
        await keep(root, 'create');
        await press(root, 'Deploy');
        await expect(root.getByText('The trial failed')).toBeVisible();
        await keep(root, 'create-trial');
        await press(root, 'Discard draft');

        const changed = await open(page, { view: 'update', id: 'iris' });
        // Not the form before, which is there until the code of this one is.
        const updating = changed.getByRole('form', { name: /^Update/ });
        await updating.getByLabel('Description').fill('Sorts flowers.');
        await updating.getByLabel('Replicas').fill('4');
        await keep(changed, 'update');
        const [first, ...others] = all();
        await play(
          [
            {
              ...first!,
              revision: 5,
              serving_revision: 5,
              spec: { ...first!.spec, description: 'Sorts plants.' }
            },
            ...others
          ],
          'ok',
          world(),
          details()
        );
        await expect(updating.locator('.pd-Conflict')).toBeVisible();
        await updating.locator('.pd-Conflict').scrollIntoViewIfNeeded();
        await keep(changed, 'update-conflict');
        await press(updating, 'Discard draft');
      });

      test('a deployment', async ({ play, page, baseURL }) => {
        test.setTimeout(180_000);
        await page.request.put(`${baseURL}/primehub-deploy/v1/log-script`, {
          data: { count: 400, lines: LOG }
        });
        await play(all(), 'ok', world(), details());
        const root = await open(page, tabOf('information'));
        const tab = (name: string) => root.getByRole('tab', { name }).click();
        await expect(
          root.getByRole('heading', { name: 'Replicas' })
        ).toBeVisible();
        await keep(root, 'information');
        await root.getByText('Run an Example').scrollIntoViewIfNeeded();
        await expect(root.locator('.pd-Example')).toBeVisible();
        await root.locator('.pd-Example').scrollIntoViewIfNeeded();
        await keep(root, 'example');
        await tab('Try it');
        await expect(root.getByLabel('sepal_length').first()).toBeVisible();
        await keep(root, 'try');
        await tab('Logs');
        await expect(root.getByRole('log')).toContainText('WARNING');
        await keep(root, 'logs');
        await tab('History');
        await expect(root.locator('[data-revision="4"]')).toBeVisible();
        await keep(root, 'history');
        await press(root, 'View revision 3');
        await expect(
          root.getByRole('button', { name: 'Back to the history' })
        ).toBeVisible();
        await keep(root, 'revision');
        await press(root, 'Back to the history');
        await press(root, 'Compare revision 3 with the serving one');
        await expect(root.getByText('1.8.0')).toBeVisible();
        await keep(root, 'diff');
        await press(root, 'Roll back to revision 3');
        await dialog(page, 'rollback');
        await tab('Metrics');
        await expect(root.locator('.pd-Chart canvas').first()).toBeVisible();
        await keep(root, 'metrics');
        await tab('Events');
        await expect(
          root.getByText('revision 4 serves', { exact: true })
        ).toBeVisible();
        await keep(root, 'events');
        await tab('Access');
        await expect(root.getByText('dashboard').first()).toBeVisible();
        await keep(root, 'access');
        await root.getByLabel('Client name').fill('nightly');
        await press(root, 'Add client');
        await expect(page.getByRole('dialog')).toBeVisible();
        await keep(page, 'token');
        await press(page, 'I have stored it');

        await play(pending.items(), 'ok', world(), pending.details());
        await tab('Information');
        const why = root.getByText('Why is it pending?');
        await expect(why).toBeVisible();
        await why.scrollIntoViewIfNeeded();
        await keep(root, 'pending');
      });
    });
  }
}

for (const [theme, setting] of Object.entries(THEMES).slice(0, 2)) {
  test.describe(theme, () => {
    test.use({ mockSettings: withTheme(setting) });

    test('in a notebook', async ({ play, page }) => {
      test.setTimeout(90_000);
      await play(all(), 'ok', {}, details());
      await page.sidebar.close('left');
      await page.notebook.createNew('deployments.ipynb');
      await page.notebook.setCell(0, 'code', CELL);
      await page.notebook.run();
      const cell = page.locator('.jp-OutputArea .pd-App');
      await expect(cell.locator('.pd-Row')).toHaveCount(all().length);
      await page.screenshot({
        path: `test-results/looks/screens/cell-${theme}-wide.png`
      });
      await cell.locator('.pd-Title', { hasText: 'Iris classifier' }).click();
      await expect(
        cell.getByRole('heading', { name: 'Replicas' })
      ).toBeVisible();
      await page.screenshot({
        path: `test-results/looks/screens/cell-detail-${theme}-wide.png`
      });
    });
  });
}

test('beside a notebook', async ({ play, page }) => {
  await play(all(), 'ok', {}, details());
  await openPanel(page, LIST, 340);
  await page.notebook.createNew('training.ipynb');
  await page.notebook.setCell(
    0,
    'code',
    'from primehub_deploy_ext import deploy\n\ndeployment = deploy(model, "Iris classifier", example=X_test)'
  );
  await expect(frontOf(page).or(page.locator('.jp-Notebook'))).toBeVisible();
  await page.screenshot({
    path: 'test-results/looks/screens/panel-light-wide.png'
  });
});
