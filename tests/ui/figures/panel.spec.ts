import type { Page } from '@playwright/test';

import { summarized } from '../tests/measured';
import {
  PANEL_ID,
  deployment,
  expect,
  gallery,
  longestFrame,
  panelOf,
  test
} from '../tests/scripted';

/** One line of the table in `docs/benchmarks.md`. */
const tell = (what: string, figure: number, unit: string) =>
  console.log(`| ${what} | ${figure.toFixed(unit === 's' ? 2 : 0)} ${unit} |`);

const thousand = () =>
  Array.from({ length: 1000 }, (_, index) =>
    deployment(`model-${index}`, `Model ${index}`)
  );

/** Every second one is called, every tenth fails. */
const trafficOf = (items: { id: string }[]) =>
  Object.fromEntries(
    items.map(({ id }, index) => [
      id,
      {
        summary: summarized(
          share => (index % 2 ? 0 : 20 + 10 * Math.sin(9 * share + index)),
          { failing: share => (index % 10 || share < 0.5 ? 0 : 2) }
        )
      }
    ])
  );

/** Milliseconds from the click on the panel's tab until the first deployment is painted. */
const timeToPanel = (page: Page): Promise<number> =>
  page.evaluate(
    id =>
      new Promise<number>(resolve => {
        const begin = performance.now();
        void window.jupyterapp.shell.activateById(id);
        const look = () => {
          const row = document.querySelector(`#${id} .pd-Row`);
          if (row && row.getBoundingClientRect().height > 0) {
            resolve(performance.now() - begin);
          } else {
            requestAnimationFrame(look);
          }
        };
        look();
      }),
    PANEL_ID
  );

for (const [what, items] of [
  ['5 deployments', gallery],
  ['1,000 deployments', thousand]
] as const) {
  test(`the panel with ${what}`, async ({ play, page }) => {
    await play(items(), 'ok', undefined, trafficOf(items()));
    tell(`panel, first time, ${what}`, await timeToPanel(page), 'ms');
    await page.sidebar.openTab('filebrowser');
    tell(`panel, again, ${what}`, await timeToPanel(page), 'ms');
  });
}

for (const layout of ['Cards', 'Table']) {
  test(`scrolling through 1,000 deployments, ${layout}`, async ({
    play,
    page
  }) => {
    await play(thousand(), 'ok', undefined, trafficOf(thousand()));
    await page.sidebar.openTab(PANEL_ID);
    const panel = panelOf(page);
    await panel.getByRole('button', { name: layout }).click();
    const scroller = panel.locator('.pd-Grid');
    await expect(scroller.locator('.pd-Spark').first()).toBeVisible();
    await scroller.evaluate(element => {
      element.scrollTop = element.scrollHeight;
    });
    const longest = await longestFrame(scroller);
    tell(`longest frame while scrolling, ${layout}`, longest, 'ms');
  });
}

test('what an open panel asks of the server', async ({ play, page }) => {
  test.setTimeout(360_000);
  const items = gallery();
  await play(items);
  let requests = 0;
  page.on('request', request => {
    requests += request.url().includes('/primehub-deploy/v1/') ? 1 : 0;
  });
  await page.sidebar.openTab(PANEL_ID);
  await expect(panelOf(page).locator('.pd-Row').first()).toBeVisible();
  const count = async (seconds: number) => {
    requests = 0;
    await page.waitForTimeout(seconds * 1000);
    return (requests * 60) / seconds;
  };
  tell('requests a minute, panel open and idle', await count(90), '');
  await play(items, 'ok', undefined, trafficOf(items));
  await expect(panelOf(page).locator('.pd-Spark').first()).toBeVisible({
    timeout: 40_000
  });
  tell('requests a minute, panel open, with traffic', await count(60), '');
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { get: () => true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  // The stream lingers for a moment, for those who come back at once.
  await page.waitForTimeout(12_000);
  tell('requests a minute, page hidden', await count(60), '');
});
