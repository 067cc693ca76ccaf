import type { Page } from '@playwright/test';

import { expectAccessible } from './accessible';
import { summarized } from './measured';
import {
  PANEL_ID,
  THEMES,
  deployment,
  expect,
  gallery,
  panelOf,
  test,
  withTheme
} from './scripted';

/** Kept for people to look at; fonts differ between machines, so nothing is compared. */
const shot = (page: Page, name: string) =>
  page.screenshot({ path: `test-results/grid/states-${name}.png` });

/** So many, of every kind; every second one is called. */
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => {
    const kind = gallery()[(index * 7) % 5]!;
    return {
      ...kind,
      id: `model-${index}`,
      name: `${kind.name} ${index}`,
      spec: { ...kind.spec, metadata: { shelf: `s${index % 50}` } },
      endpoint: `http://127.0.0.1:8123/deployment/model-${index}/`
    };
  });

const trafficOf = (items: { id: string }[]) =>
  Object.fromEntries(
    items.map(({ id }, index) => [
      id,
      {
        summary: summarized(share =>
          index % 2 ? 0 : 5 + index + 3 * Math.sin(9 * share + index)
        )
      }
    ])
  );

for (const [name, theme] of Object.entries(THEMES)) {
  test.describe(name, () => {
    test.use({ mockSettings: withTheme(theme) });

    test('a list of none, one, 25 and 1,000', async ({ play, page }) => {
      test.setTimeout(180_000);
      let asked = 0;
      page.on('request', request => {
        asked += request.url().includes('/metrics/summary') ? 1 : 0;
      });
      let answer = () => {};
      const held = new Promise<void>(resolve => (answer = resolve));
      await page.route(/\/v1\/deployments(\?|$)/, async route => {
        await held;
        await route.continue();
      });
      await page.sidebar.openTab(PANEL_ID);
      await page.sidebar.setWidth(300, 'left');
      const panel = panelOf(page);
      await expect(panel.locator('.pd-Skeleton')).toBeVisible();
      await shot(page, `${name}-loading`);
      await expectAccessible(page);
      answer();
      await expect(panel.getByText('No deployments yet')).toBeVisible();
      await shot(page, `${name}-0`);
      expect(asked).toBe(0);

      const one = [deployment('iris', 'Iris classifier')];
      await play(one, 'ok', undefined, trafficOf(one));
      await expect(panel.locator('.pd-Spark')).toHaveCount(1);
      expect(asked).toBe(1);
      await shot(page, `${name}-1`);
      await expectAccessible(page);

      const some = many(25);
      await play(some, 'ok', undefined, trafficOf(some));
      await expect(panel.locator('.pd-Row')).toHaveCount(25);
      await panel.getByRole('button', { name: 'Table' }).click();
      await page.sidebar.setWidth(1000, 'left');
      await panel.getByRole('button', { name: 'Traffic' }).click();
      // What was new is asked for with the next round: in half a minute at most.
      await expect(panel.locator('.pd-Title').first()).toHaveText(/24$/, {
        timeout: 60_000
      });
      await shot(page, `${name}-25`);
      await expectAccessible(page);

      const all = many(1000);
      await play(all, 'ok', undefined, trafficOf(all));
      await expect(
        panel.getByRole('button', { name: 'Deployed 400' })
      ).toBeVisible();
      await shot(page, `${name}-1000`);
      await panel.getByRole('searchbox').fill('shelf s49 iris');
      await expect(panel.locator('.pd-Row')).toHaveCount(0);
      await panel.getByRole('searchbox').fill('shelf s48');
      await expect(panel.locator('.pd-Row')).toHaveCount(20);
      await shot(page, `${name}-1000-found`);
    });
  });
}
