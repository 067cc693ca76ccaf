import type { Locator, Page } from '@playwright/test';

import { expectAccessible } from './accessible';
import { PANEL_ID, THEMES, expect, panelOf, test, withTheme } from './scripted';
import { groupsWith, models, world } from './world';

/** Each screen in both hosts: a narrow side panel, and a tab as wide as the page lets it. */
const HOSTS = {
  narrow: async (page: Page): Promise<Locator> => {
    await page.sidebar.openTab(PANEL_ID);
    await page.sidebar.setWidth(300, 'left');
    const panel = panelOf(page);
    await panel.getByRole('button', { name: 'Administration' }).click();
    return panel.locator('.pd-App');
  },
  wide: async (page: Page): Promise<Locator> => {
    await page.sidebar.close('left');
    await page.evaluate(() =>
      window.jupyterapp.commands.execute('primehub-deploy:open-administration')
    );
    return page.locator('.pd-App.pd-mod-tab[aria-label^="Administration"]');
  }
} as const;

const OTHERS_CHANGE = groupsWith('research', {
  quota: { cpu: 6, memory: '16Gi', gpu: 2, deployments: 10 },
  members: ['ada', 'grace', 'mary'],
  version: 4
});

const HUB_IS_DOWN = {
  name: 'jupyterhub',
  settings_writable: false,
  members_writable: false,
  warning:
    'The Hub does not answer since 10:02; members are those of then, until 10:12.'
};

async function go(root: Locator, screen: string): Promise<void> {
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

const press = (root: Page | Locator, name: string) =>
  root.getByRole('button', { name, exact: true }).click();

/** Have the page ask again who the user is. */
const refresh = (page: Page) =>
  page.evaluate(() =>
    window.jupyterapp.commands.execute('primehub-deploy:refresh')
  );

/** What is seen, and that everybody can use it. */
async function look(
  page: Page,
  root: Locator,
  name: string,
  whole = false
): Promise<void> {
  const path = `test-results/looks/admin/${name}.png`;
  await (whole ? page : root).screenshot({ path });
  await expectAccessible(page);
}

test.use({ viewport: { width: 1160, height: 680 } });

for (const [theme, themeName] of Object.entries(THEMES)) {
  for (const [host, open] of Object.entries(HOSTS)) {
    if (theme === 'high-contrast' && host === 'wide') {
      // Pictures are of the other themes, and colours are the same at any width.
      continue;
    }
    test.describe(`${theme}, ${host}`, () => {
      test.use({ mockSettings: withTheme(themeName) });
      const named = (screen: string) => `${screen}-${theme}-${host}`;

      // One page for all: loading it takes longer than looking at it.
      test('every screen is accessible', async ({ play, page }) => {
        test.setTimeout(120_000);
        await play(models(), 'ok', world());
        const root = await open(page);

        await test.step('groups', async () => {
          await expect(root.locator('[data-item="research"]')).toBeVisible();
          await look(page, root, named('groups'));
          await root
            .getByRole('switch', { name: 'Model Deployment for Research' })
            .click();
          await expect(page.getByRole('dialog')).toBeVisible();
          await look(page, root, named('switch-off'), true);
          await page.keyboard.press('Escape');
          await press(root, 'Delete the group Research');
          await page.getByRole('dialog').getByRole('textbox').fill('resea');
          await look(page, root, named('delete-group'), true);
          await page.keyboard.press('Escape');
        });

        await test.step('a group', async () => {
          await press(root, 'Research');
          await expect(root.getByLabel('Display name')).toBeVisible();
          await look(page, root, named('group'));
          await root.getByLabel('CPU quota').fill('lots');
          await press(root, 'Save');
          await look(page, root, named('group-invalid'));
        });

        await test.step('a group that somebody else changed', async () => {
          await root.getByLabel('CPU quota').fill('8');
          await root.getByLabel('Members').fill('dorothy');
          await page.keyboard.press('Enter');
          await play(models(), 'ok', world({ groups: OTHERS_CHANGE }));
          await press(root, 'Save');
          await expect(root.locator('.pd-Conflict')).toBeVisible();
          await look(page, root, named('group-conflict'));
          await press(root, 'Cancel');
          await press(page, 'Discard');
        });

        await test.step('a group that is read-only', async () => {
          await play(models(), 'ok', world({ provider: HUB_IS_DOWN }));
          await refresh(page);
          await expect(root.getByRole('alert')).toBeVisible();
          await press(root, 'Research');
          await look(page, root, named('group-read-only'));
          await press(root, 'Back');
          await play(models(), 'ok', world());
          await refresh(page);
          await expect(root.getByRole('alert')).toHaveCount(0);
        });

        await test.step('instance types', async () => {
          await go(root, 'Instance types');
          await expect(root.locator('[data-item="cpu-large"]')).toBeVisible();
          await look(page, root, named('instance-types'));
          await press(root, 'Large');
          await look(page, root, named('instance-type'));
          await press(root, 'Cancel');
        });

        await test.step('pull secrets', async () => {
          await go(root, 'Pull secrets');
          await expect(
            root.locator('[data-item="research-hub"]')
          ).toBeVisible();
          await look(page, root, named('pull-secrets'));
          await press(root, 'research-hub');
          await look(page, root, named('pull-secret'));
          await press(root, 'Cancel');
        });

        await test.step('deployments', async () => {
          await go(root, 'Deployments');
          await expect(
            root.locator('[data-deployment]').filter({ hasText: '4.30' })
          ).toBeVisible();
          await look(page, root, named('deployments'));
        });

        await test.step('the audit log', async () => {
          await go(root, 'Audit log');
          await expect(root.getByText('tried to start').first()).toBeVisible();
          const fold = root.getByRole('button', { name: 'Filters' });
          if ((await fold.count()) > 0) {
            await fold.click();
            await look(page, root, named('audit-filters'));
            await fold.click();
          }
          await look(page, root, named('audit'));
        });
      });

      test('what fails says why, and what is empty what to do', async ({
        play,
        page
      }) => {
        test.setTimeout(120_000);
        const refuse = {
          listGroups: {
            status: 503,
            code: 'engine_unavailable',
            message:
              'the Hub does not answer since 10:02, and what is known of it is too old'
          }
        };
        await play([], 'ok', world({ refuse }));
        const root = await open(page);
        await expect(root.getByText(/too old/)).toBeVisible();
        await look(page, root, named('failing'));

        const none = {
          groups: [],
          instance_types: [],
          pull_secrets: [],
          audit: []
        };
        // Pressed while it still fails: once it doesn't, the page may be quicker than we are.
        await press(root, 'Try again');
        await expect(root.getByText(/too old/)).toBeVisible();
        await play([], 'ok', world(none));
        await expect(root.getByText('No groups yet')).toBeVisible({
          timeout: 60_000
        });
        await look(page, root, named('no-groups'));
        for (const [screen, words] of [
          ['Instance types', 'No instance types yet'],
          ['Pull secrets', 'No pull secrets yet'],
          ['Deployments', 'No deployments yet'],
          ['Audit log', 'Nothing happened yet']
        ] as const) {
          await go(root, screen);
          await expect(root.getByText(words)).toBeVisible();
          await expectAccessible(page);
        }
      });
    });
  }
}

test('a panel of 280 pixels cuts nothing off', async ({ play, page }) => {
  await play(models(), 'ok', world());
  const root = await HOSTS.narrow(page);
  await page.sidebar.setWidth(280, 'left');
  const expectWhole = async (what: string) => {
    const cut = await root.evaluate(app =>
      [app, ...app.querySelectorAll('.pd-Items, .pd-Grid, .pd-Form-body')]
        .filter(one => one.scrollWidth > one.clientWidth)
        .map(one => one.className)
    );
    expect(cut, what).toEqual([]);
  };
  for (const [screen, item] of [
    ['Groups', 'Operations and logistics, all regions'],
    ['Instance types', 'Large'],
    ['Pull secrets', 'research-hub'],
    ['Deployments', null],
    ['Audit log', null]
  ] as const) {
    await go(root, screen);
    await expect(root.locator('.pd-Row').first()).toBeVisible();
    await expectWhole(screen);
    if (item !== null) {
      await press(root, item);
      await expect(root.locator('.pd-Form')).toBeVisible();
      await expectWhole(`the form of ${screen}`);
      await press(root, 'Cancel');
    }
  }
});

test('in a cell, a form fits as well as a list', async ({ play, page }) => {
  await play(models(), 'ok', world());
  await page.notebook.createNew('admin-looks.ipynb');
  await page.notebook.setCell(
    0,
    'code',
    'from primehub_deploy_ext import DeploymentsPanel\nDeploymentsPanel(view="admin")'
  );
  await page.notebook.run();
  const cell = page.locator('.jp-OutputArea .pd-App');
  await expect(cell.locator('[data-item="research"]')).toBeVisible();
  await cell.scrollIntoViewIfNeeded();
  await look(page, cell, 'groups-light-cell');
  await press(cell, 'Research');
  await expect(cell.getByRole('button', { name: 'Save' })).toBeInViewport();
  await look(page, cell, 'group-light-cell');
});
