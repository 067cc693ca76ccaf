import { expect, test as base } from '@jupyterlab/galata';
import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

import { expectAccessible } from '../tests/accessible';
import { WORLD, kubectl } from './kubectl';

export { expect };

/** Pods come up in seconds; on a busy machine in many. */
export const SOON = { timeout: 90_000 };

/** Galata's test; what it deployed is gone afterwards, whatever came of it. */
export const test = base.extend<{ swept: void }>({
  swept: [
    async ({}, use) => {
      await use();
      for (const namespace of Object.values(WORLD.namespaces)) {
        const args = ['delete', 'deployments', '--all', '-n', namespace];
        kubectl(null, ...args, '--wait=false');
      }
    },
    { auto: true }
  ]
});

export type Look = (name: string) => Promise<void>;

/**
 * Takes pictures for people to look at, in both themes, and finds nothing that keeps somebody out.
 *
 * @param app - What has to be there in them.
 */
export const lookAt =
  (page: IJupyterLabPageFixture, app: Locator, story: string): Look =>
  async name => {
    await expectAccessible(page);
    const path = (theme: string) =>
      `test-results/looks/kubernetes/${story}-${name}-${theme}.png`;
    await page.screenshot({ path: path('light') });
    await page.theme.setDarkTheme();
    await expect(app).toBeVisible();
    await page.screenshot({ path: path('dark') });
    await page.theme.setLightTheme();
  };

export const statusOf = (app: Locator): Locator =>
  app.locator('.pd-DetailHead-status');
