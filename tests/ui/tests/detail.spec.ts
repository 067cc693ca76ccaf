import type { Page } from '@playwright/test';

import { expectAccessible } from './accessible';
import { DETAILS, HUNDRED, ROLLING, rolling, serving } from './details';
import { HOSTS } from './places';
import {
  CELL,
  THEMES,
  expect,
  test,
  withTheme
} from './scripted';

const shot = (page: Page, name: string) =>
  page.screenshot({ path: `test-results/detail/${name}.png` });

const part = (tab: string) => ({ view: 'deployment', id: 'iris', tab });

for (const [theme, setting] of Object.entries(THEMES)) {
  for (const [host, open] of Object.entries(HOSTS)) {
    test.describe(`${theme}, ${host}`, () => {
      test.use({ mockSettings: withTheme(setting) });

      test('every part of what serves is accessible', async ({
        play,
        page
      }) => {
        await play([serving('private')], 'ok', {}, { iris: DETAILS() });
        const root = await open(page, part('information'));
        await expect(
          root.getByRole('heading', { name: 'Replicas' })
        ).toBeVisible();
        await shot(page, `${theme}-${host}-information`);
        await expectAccessible(page);
        for (const [tab, shows] of [
          ['Events', 'revision 4 serves'],
          ['Access', 'dashboard']
        ] as const) {
          await root.getByRole('tab', { name: tab }).click();
          await expect(root.getByText(shows).first()).toBeVisible();
          await shot(page, `${theme}-${host}-${tab.toLowerCase()}`);
          await expectAccessible(page);
        }
      });

      test('what is on its way says what it waits for, accessibly', async ({
        play,
        page
      }) => {
        await play([rolling()], 'ok', {}, { iris: ROLLING() });
        const root = await open(page, part('information'));
        await expect(
          root.getByRole('heading', { name: 'Why is it pending?' })
        ).toBeVisible();
        await shot(page, `${theme}-${host}-rolling`);
        await expectAccessible(page);
      });
    });
  }
}

test('a hundred replicas are one look, in a notebook cell too', async ({
  play,
  page
}) => {
  await play(
    [serving()],
    'ok',
    {},
    {
      iris: { ...DETAILS(), replicas: HUNDRED() }
    }
  );
  await page.notebook.createNew('hundred.ipynb');
  await page.notebook.setCell(0, 'code', CELL);
  await page.notebook.runCell(0);
  const app = page.locator('.jp-OutputArea .pd-App');
  await app.locator('.pd-Title').click();
  const replicas = app.getByRole('region', { name: 'Replicas' });
  await expect(replicas).toContainText('97 of 100 ready');
  const strip = replicas.getByRole('group', { name: 'Choose a replica' });
  await expect(strip.getByRole('button')).toHaveCount(100);
  await strip.getByRole('button', { name: /^Replica 4-47:/ }).click();
  await expect(replicas.getByRole('listitem')).toHaveCount(1);
  await expect(replicas).toContainText('killed by signal 9');
  await replicas.scrollIntoViewIfNeeded();
  await shot(page, 'hundred-cell');
  await expectAccessible(page, '.jp-OutputArea .pd-App');
});

test('in a narrow panel, what is done less often is a menu', async ({
  play,
  page
}) => {
  await play([serving()], 'ok', {}, { iris: DETAILS() });
  const root = await HOSTS.narrow(page, part('information'));
  await root.getByRole('button', { name: 'More actions' }).click();
  const menu = page.getByRole('menu');
  await expect(menu.getByRole('menuitem')).toHaveText([
    'Restart',
    'Scale',
    'Clone',
    'Delete'
  ]);
  await shot(page, 'narrow-menu');
  await menu.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(page.locator('.pd-Modal')).toContainText('for good?');
});

test('how to call it is shown with the information', async ({ play, page }) => {
  await play([serving()], 'ok', {}, { iris: DETAILS() });
  const root = await HOSTS.narrow(page, part('information'));
  const example = root.getByRole('region', { name: 'Run an Example' });
  await expect(example.locator('pre')).toContainText('sepal_length');
  await example.scrollIntoViewIfNeeded();
  await shot(page, 'narrow-example');
  const wide = await HOSTS.wide(page, part('information'));
  await expect(wide.locator('.pd-Example pre')).toContainText('sepal_length');
  await wide.locator('.pd-Example').scrollIntoViewIfNeeded();
  await shot(page, 'wide-example');
  await expectAccessible(page);
});

test('a part whose code does not come says so, and the others go on', async ({
  play,
  page
}) => {
  await play([serving()], 'ok', {}, { iris: DETAILS() });
  const root = await HOSTS.narrow(page, part('information'));
  await expect(root.locator('.pd-Example pre')).toBeVisible();
  await page.route('**/primehub-deploy-ext/static/**', route => route.abort());
  await root.getByRole('tab', { name: 'Metrics' }).click();
  const alert = root.getByRole('alert').filter({ hasText: 'Metrics' });
  await expect(alert).toContainText('Its code could not be loaded');
  await shot(page, 'no-code');
  await expectAccessible(page);
  await root.getByRole('tab', { name: 'Events' }).click();
  await expect(root.getByText('revision 4 serves')).toBeVisible();
  await page.unroute('**/primehub-deploy-ext/static/**');
  await root.getByRole('tab', { name: 'Metrics' }).click();
  await alert.getByRole('button', { name: 'Reload the page' }).click();
  // The panel comes back where it was.
  await expect(root.locator('.pd-Metrics')).toBeVisible({ timeout: 60_000 });
});

test('a tab that was opened before the list came has the name once it is there', async ({
  play,
  page
}) => {
  await play([serving()], 'ok', {}, { iris: DETAILS() });
  const held: (() => void)[] = [];
  await page.route(/\/v1\/deployments(\?.*)?$/, async route => {
    await new Promise<void>(resolve => held.push(resolve));
    await route.continue();
  });
  await page.reload();
  await HOSTS.wide(page, part('information'));
  const title = page.locator(
    '#jp-main-dock-panel .lm-TabBar-tab.lm-mod-current'
  );
  await expect(title).toHaveText('iris');
  await page.unroute(/\/v1\/deployments(\?.*)?$/);
  held.forEach(release => release());
  await expect(title).toHaveText('Iris classifier');
});
