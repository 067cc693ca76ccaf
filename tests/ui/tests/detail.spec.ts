import type { Locator, Page } from '@playwright/test';

import { expectAccessible } from './accessible';
import { DETAILS, HUNDRED, ROLLING, rolling, serving } from './details';
import {
  CELL,
  PANEL_ID,
  THEMES,
  expect,
  panelOf,
  test,
  withTheme
} from './scripted';

const shot = (page: Page, name: string) =>
  page.screenshot({ path: `test-results/detail/${name}.png` });

/** The detail of a deployment, in a narrow side panel and in a tab as wide as the page lets it. */
const HOSTS = {
  narrow: async (page: Page, tab: string): Promise<Locator> => {
    await page.sidebar.openTab(PANEL_ID);
    await page.sidebar.setWidth(300, 'left');
    await execute(page, 'primehub-deploy:open', tab);
    return panelOf(page).locator('.pd-App');
  },
  wide: async (page: Page, tab: string): Promise<Locator> => {
    await page.sidebar.close('left');
    await execute(page, 'primehub-deploy:open-place', tab);
    return page.locator('#primehub-deploy-deployment-iris .pd-App');
  }
} as const;

const execute = (page: Page, command: string, tab: string) =>
  page.evaluate(
    ([name, part]) =>
      window.jupyterapp.commands.execute(name!, {
        view: 'deployment',
        id: 'iris',
        tab: part
      }),
    [command, tab]
  );

const press = (root: Page | Locator, name: string) =>
  root.getByRole('button', { name, exact: true }).click();

for (const [theme, setting] of Object.entries(THEMES)) {
  for (const [host, open] of Object.entries(HOSTS)) {
    test.describe(`${theme}, ${host}`, () => {
      test.use({ mockSettings: withTheme(setting) });

      test('every part of what serves is accessible', async ({
        play,
        page
      }) => {
        await play([serving('private')], 'ok', {}, { iris: DETAILS() });
        const root = await open(page, 'information');
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
        const root = await open(page, 'information');
        await expect(
          root.getByRole('heading', { name: 'Why is it pending?' })
        ).toBeVisible();
        await shot(page, `${theme}-${host}-rolling`);
        await expectAccessible(page);
      });
    });
  }
}
