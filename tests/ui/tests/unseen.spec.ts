import type { Page } from '@playwright/test';

import { DETAILS, ROLLING, rolling, serving } from './details';
import { Place, openPanel, openTab } from './places';
import { deployment, expect, test } from './scripted';

/** What the page does while nobody can see it; the browser of the tests shows all pages. */
const show = (page: Page, visible: boolean) =>
  page.evaluate(seen => {
    Object.defineProperty(document, 'hidden', {
      configurable: true,
      get: () => !seen
    });
    Object.defineProperty(document, 'visibilityState', {
      configurable: true,
      get: () => (seen ? 'visible' : 'hidden')
    });
    document.dispatchEvent(new Event('visibilitychange'));
  }, visible);

/** What keeps asking while it is seen, beside the list in the panel. */
const PARTS = ['information', 'logs', 'metrics'];

for (const tab of PARTS) {
  test(`a page that nobody sees asks the server nothing: ${tab}`, async ({
    play,
    page,
    baseURL
  }) => {
    test.setTimeout(120_000);
    await page.request.put(`${baseURL}/primehub-deploy/v1/log-script`, {
      data: { count: 50, lines: ['a line'] }
    });
    await play([rolling()], 'ok', {}, { iris: ROLLING() });
    const asked: string[] = [];
    const open = new Set<string>();
    page.on('request', request => {
      const [, path] = request.url().split('/primehub-deploy/v1/');
      if (path) {
        asked.push(path);
        open.add(path);
      }
    });
    for (const event of ['requestfinished', 'requestfailed'] as const) {
      page.on(event as 'requestfinished', request =>
        open.delete(request.url().split('/primehub-deploy/v1/')[1] ?? '')
      );
    }
    const panel = await openPanel(page, { view: 'deployments' } as Place, 300);
    await expect(panel.locator('.pd-Row')).toHaveCount(1);
    const root = await openTab(page, { view: 'deployment', id: 'iris', tab });
    await page.sidebar.open('left');
    await expect(root.getByRole('tabpanel').first()).toBeVisible();
    await expect
      .poll(() => asked.some(path => path.startsWith('watch')))
      .toBe(true);

    await show(page, false);
    // What is told in the time that the stream lingers is not followed up either.
    await play([serving()], 'ok', {}, { iris: DETAILS() });
    asked.length = 0;
    await expect.poll(() => [...open], { timeout: 60_000 }).toEqual([]);
    await play(
      [serving(), deployment('other', 'Other')],
      'ok',
      {},
      { iris: DETAILS() }
    );
    // Silence has no end to wait for: longer than the shortest round of what is shown.
    await page.waitForTimeout(6_000);
    expect(asked).toEqual([]);

    await show(page, true);
    await expect(panel.locator('.pd-Row')).toHaveCount(2);
    await expect(root.locator('.pd-Status').first()).toContainText('Deployed');
    const part = { information: 'replicas', logs: 'logs', metrics: 'metrics' }[
      tab
    ]!;
    await expect
      .poll(() =>
        asked.some(path => path.startsWith(`deployments/iris/${part}`))
      )
      .toBe(true);
  });
}
