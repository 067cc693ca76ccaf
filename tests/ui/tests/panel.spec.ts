import {
  deployment,
  expect,
  gallery,
  panelOf,
  PANEL_ID,
  test
} from './scripted';

test('starts without an error, and without asking for anything unseen', async ({
  play,
  page
}) => {
  await play([]);
  const asked: string[] = [];
  const errors: string[] = [];
  page.on('request', request => {
    if (request.url().includes('/primehub-deploy/')) {
      asked.push(request.url());
    }
  });
  page.on('pageerror', error => errors.push(error.message));
  await page.reload();
  await expect(
    page.getByRole('tab', { name: 'Model Deployments' })
  ).toBeVisible();
  expect(asked).toEqual([]);
  expect(errors).toEqual([]);
});

test('shows deployments, and changes as they happen', async ({
  play,
  page
}) => {
  await play([deployment('iris', 'Iris')]);
  await page.sidebar.openTab(PANEL_ID);
  const panel = panelOf(page);
  const iris = panel.locator('[data-deployment="iris"]');
  await expect(iris).toContainText('Deployed');

  await play([
    deployment('iris', 'Iris', { phase: 'Stopped', reason: 'Stopped' }),
    deployment('churn', 'Churn')
  ]);
  await expect(iris).toContainText('Stopped');
  await expect(panel.getByText('Churn', { exact: true })).toBeVisible();

  await play([deployment('churn', 'Churn')]);
  await expect(iris).toHaveCount(0);
});

test('says that the connection is lost, keeps the rows, and recovers', async ({
  play,
  page
}) => {
  const items = [deployment('iris', 'Iris')];
  await play(items);
  await page.sidebar.openTab(PANEL_ID);
  const panel = panelOf(page);
  await expect(panel.getByText('Iris', { exact: true })).toBeVisible();
  await play(items, 'cut');
  await expect(
    panel.getByText(
      /Connection lost — showing data as of \d\d:\d\d:\d\d, reconnecting…/
    )
  ).toBeVisible();
  await expect(panel.getByText('Iris', { exact: true })).toBeVisible();
  await play(items);
  await panel.getByRole('button', { name: 'Reconnect now' }).click();
  await expect(panel.getByText(/Connection lost/)).toHaveCount(0);
});

test('helps when the server extension is missing, and finds it once it is there', async ({
  play,
  page
}) => {
  await play([], 'missing');
  await page.sidebar.openTab(PANEL_ID);
  const panel = panelOf(page);
  await expect(panel.getByText('Server extension missing')).toBeVisible();
  await play([]);
  await panel.getByRole('button', { name: 'Try again' }).click();
  await expect(panel.getByText('No deployments yet')).toBeVisible();
});

test('copies an endpoint by click, by command and by context menu', async ({
  play,
  page
}) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await play([deployment('iris', 'Iris'), deployment('churn', 'Churn')]);
  await page.sidebar.openTab(PANEL_ID);
  const panel = panelOf(page);
  await panel.getByRole('button', { name: /^Copy endpoint .*iris/ }).click();
  await expect(page.getByText('Endpoint copied')).toBeVisible();
  await expect.poll(clipboard).toBe('http://127.0.0.1:8123/deployment/iris/');

  await page.evaluate(() =>
    window.jupyterapp.commands.execute('primehub-deploy:copy-endpoint', {
      id: 'churn'
    })
  );
  await expect.poll(clipboard).toBe('http://127.0.0.1:8123/deployment/churn/');

  await panel.locator('[data-deployment="iris"]').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Copy Endpoint' }).click();
  await expect.poll(clipboard).toBe('http://127.0.0.1:8123/deployment/iris/');
});

test('opens from palette and launcher', async ({ play, page }) => {
  await play([]);
  await page.locator('.jp-LauncherCard[title^="Show the deploy"]').click();
  await expect(panelOf(page)).toBeVisible();
  expect(
    await page.evaluate(() =>
      window.jupyterapp.commands.label('primehub-deploy:open')
    )
  ).toBe('Show Model Deployments');
});

test('works by keyboard alone', async ({ play, page }) => {
  await play(gallery());
  await page.sidebar.openTab(PANEL_ID);
  const panel = panelOf(page);
  await panel.getByRole('searchbox').focus();
  await page.keyboard.type('churn');
  await expect(panel.locator('.pd-Row')).toHaveCount(1);
  const title = panel.getByRole('button', {
    name: 'Churn forecast',
    exact: true
  });
  // As many steps as there are things to press before it.
  await expect(async () => {
    await page.keyboard.press('Tab');
    const focused = await title.evaluate(it => it === document.activeElement);
    expect(focused).toBe(true);
  }).toPass({ intervals: [0] });
  await page.keyboard.press('Enter');
  await expect(panel.getByRole('tab').first()).toBeVisible();
});

test.describe('with a thousand deployments', () => {
  const many = Array.from({ length: 1000 }, (_, n) =>
    deployment(`model-${n}`, `Model ${n}`)
  );

  for (const [layout, width] of [
    ['Cards', 320],
    ['Cards', 900],
    ['Table', 900]
  ] as const) {
    test(`${layout} at ${width}: draws only what is in view, and scrolls to the last`, async ({
      play,
      page
    }) => {
      await play(many);
      await page.sidebar.openTab(PANEL_ID);
      await page.sidebar.setWidth(width, 'left');
      const panel = panelOf(page);
      await panel.getByRole('button', { name: layout }).click();
      await expect(panel.getByText('Model 0', { exact: true })).toBeVisible();
      expect(await panel.locator('.pd-Row').count()).toBeLessThan(100);
      // Rows are as high as they turn out to be when they are drawn: the end moves.
      await expect(async () => {
        await panel
          .locator('.pd-Grid')
          .evaluate(grid => (grid.scrollTop = grid.scrollHeight));
        await expect(
          panel.getByText('Model 999', { exact: true })
        ).toBeVisible({ timeout: 500 });
      }).toPass();
    });
  }
});
