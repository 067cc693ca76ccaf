import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator, Page } from '@playwright/test';

import { PANEL_ID, panelOf } from './scripted';

/** What a view shows, as `model/place.ts` has it. */
export type Place = { view: string } & Record<string, string>;

export const execute = (
  page: Page,
  command: string,
  args: Record<string, string> = {}
) =>
  page.evaluate(
    ([id, its]) =>
      window.jupyterapp.commands.execute(
        `primehub-deploy:${id as string}`,
        its as Record<string, string>
      ) as Promise<unknown>,
    [command, args]
  );

/** The view in front of the main area. */
export const frontOf = (page: Page): Locator =>
  page.locator('.jp-MainAreaWidget:not(.lm-mod-hidden) .pd-App');

/** Opens a place in the side panel, as wide as that is to be. */
export async function openPanel(
  page: IJupyterLabPageFixture,
  place: Place,
  width = 300
): Promise<Locator> {
  await page.sidebar.openTab(PANEL_ID);
  await page.sidebar.setWidth(width, 'left');
  await execute(page, 'open', place);
  return panelOf(page).locator('.pd-App');
}

/** Opens a place as a tab, as wide as the page lets it. */
export async function openTab(page: IJupyterLabPageFixture, place: Place): Promise<Locator> {
  await page.sidebar.close('left');
  await execute(page, 'open-place', place);
  return frontOf(page);
}

export const HOSTS = { narrow: openPanel, wide: openTab } as const;
