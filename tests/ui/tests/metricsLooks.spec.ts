import type { Locator, Page } from '@playwright/test';

import { expectAccessible } from './accessible';
import { measured } from './measured';
import { execute, openPanel } from './places';
import {
  THEMES,
  deployment,
  expect,
  test,
  withTheme
} from './scripted';

const ID = 'iris-classifier-x3k9q';
const PLACE = { view: 'deployment', id: ID, tab: 'metrics' };

const iris = () =>
  deployment(
    ID,
    'Iris classifier',
    { phase: 'Deployed', reason: 'Ready', replicas: { desired: 2, ready: 2 } },
    { revision: 4, serving_revision: 4 }
  );

/** Kept for people to look at; fonts differ between machines, so nothing is compared. */
const shot = (view: Page | Locator, name: string) =>
  view.screenshot({ path: `test-results/looks/metrics-${name}.png` });

/** Open the metrics of the deployment as a tab. */
async function open(page: Page): Promise<Locator> {
  await execute(page, 'open-place', PLACE);
  const view = page.locator('.pd-App.pd-mod-tab .pd-Metrics');
  await expect(view.locator('.pd-Chart canvas').first()).toBeVisible();
  return view;
}

for (const [name, theme] of Object.entries(THEMES)) {
  test.describe(name, () => {
    test.use({
      mockSettings: withTheme(theme),
      viewport: { width: 1440, height: 1300 }
    });

    test('every chart, wide', async ({ play, page }) => {
      await play([iris()], 'ok', undefined, {
        [ID]: { metrics: { '15m': measured(), '7d': measured('7d') } }
      });
      const view = await open(page);
      await expect(view.locator('.pd-Chart canvas')).toHaveCount(9);
      await shot(page, `${name}-wide`);
      await view.getByText('More charts').click();
      await expect(view.locator('.pd-Chart canvas')).toHaveCount(14);
      await view.getByText(/events on the time axis/).click();
      await view.getByText('Values as a table').click();
      await expectAccessible(page, '.pd-App.pd-mod-tab');
      await view.getByText('More charts').scrollIntoViewIfNeeded();
      await view.locator('[data-chart="bytes"]').scrollIntoViewIfNeeded();
      await shot(page, `${name}-more`);
      await view.getByRole('button', { name: '7 d' }).click();
      await expect(view.getByText(/requests in 7 d/)).toBeVisible();
      await view.locator('[data-chart="qps"]').scrollIntoViewIfNeeded();
      await shot(page, `${name}-week`);
    });

    test('every chart, in a panel of 300 px', async ({ play, page }) => {
      await play([iris()], 'ok', undefined, {
        [ID]: { metrics: { '15m': measured() } }
      });
      const app = await openPanel(page, PLACE);
      const view = app.locator('.pd-Metrics');
      await expect(view.locator('.pd-Chart canvas')).toHaveCount(9);
      await shot(app, `${name}-panel`);
      await view.getByText(/events on the time axis/).click();
      await view.getByText('Values as a table').click();
      // Charts are one under the other; only what says that it scrolls is wider than the panel.
      const body = view.locator('.pd-Metrics-body');
      expect(
        await body.evaluate(
          ({ scrollWidth, clientWidth }) => scrollWidth - clientWidth
        )
      ).toBe(0);
      await expectAccessible(page, '.pd-App');
      await view.locator('.pd-MarkList').scrollIntoViewIfNeeded();
      await shot(app, `${name}-panel-end`);
    });
  });
}
