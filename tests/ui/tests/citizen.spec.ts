import type { Page } from '@playwright/test';

import { expectAccessible } from './accessible';
import {
  PANEL_ID,
  deployment,
  expect,
  gallery,
  galata,
  panelOf,
  test
} from './scripted';
import { world } from './world';

const SETTINGS = 'primehub-deploy-ext:commands';

const execute = (page: Page, command: string, args: object = {}) =>
  page.evaluate(
    ([name, given]) =>
      // What a command returns may be no JSON.
      window.jupyterapp.commands
        .execute(name as string, given as never)
        .then(() => undefined),
    [`primehub-deploy:${command}`, args] as const
  );

test('every command of ours says what its arguments mean', async ({
  play,
  page
}) => {
  await play([]);
  const commands = await page.evaluate(async () => {
    const registry = window.jupyterapp.commands;
    const ours = registry
      .listCommands()
      .filter(id => id.startsWith('primehub-deploy:') && !id.includes('link'));
    return Promise.all(
      ours.map(async id => ({
        id,
        label: registry.label(id),
        args: (await registry.describedBy(id)).args
      }))
    );
  });
  expect(commands.length).toBeGreaterThanOrEqual(19);
  for (const { id, label, args } of commands) {
    expect(label, id).not.toBe('');
    expect(args, id).toMatchObject({ type: 'object' });
  }
});

test('the context menu of a deployment offers what can be done to it, and does it', async ({
  play,
  page
}) => {
  await play(gallery());
  await page.sidebar.openTab(PANEL_ID);
  const panel = panelOf(page);
  const menuOf = async (id: string) => {
    await panel
      .locator(`[data-deployment="${id}"]`)
      .first()
      .click({ button: 'right' });
    return page.locator('.lm-Menu').first();
  };
  const menu = await menuOf('recommender-old-1m4xx');
  await expect(menu.getByText('Start', { exact: true })).toBeVisible();
  await expect(menu.getByText('Stop', { exact: true })).toBeHidden();
  await page.keyboard.press('Escape');

  const other = await menuOf('iris-classifier-x3k9q');
  await expect(other.getByText('Stop', { exact: true })).toBeVisible();
  await other.getByText('Stop', { exact: true }).click();
  const dialog = page.locator('.pd-Modal');
  await expect(dialog).toContainText('Stop Iris classifier?');
  await expectAccessible(page, '.pd-Modal');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toHaveCount(0);

  const last = await menuOf('iris-classifier-x3k9q');
  await last.getByText('Open in a Tab').click();
  await expect(
    page.getByRole('tab', { name: 'Iris classifier' })
  ).toBeVisible();
});

test('a command without a deployment asks which one is meant', async ({
  play,
  page
}) => {
  await play(gallery());
  await page.evaluate(() => {
    void window.jupyterapp.commands.execute('primehub-deploy:start');
  });
  const dialog = page.locator('.jp-Dialog');
  await expect(dialog).toContainText('Start Model Deployment…');
  // One that runs can't be started.
  await expect(dialog.locator('option')).toHaveText([/Recommender \(old\)/]);
  await dialog.getByRole('button', { name: 'Ok' }).click();
  await expect(page.locator('.pd-Modal')).toContainText(
    'Start Recommender (old)?'
  );
});

test.describe('a link', () => {
  test.use({
    autoGoto: false,
    // What a link opens covers the launcher, which galata would wait for.
    waitForApplication: async ({}, use) => {
      await use(page =>
        page.locator('#jupyterlab-splash').waitFor({ state: 'detached' })
      );
    }
  });

  test('opens what it names, and the address is plain again', async ({
    play,
    page
  }) => {
    await play(gallery());
    await page.goto('?primehub-deploy=deployment/iris-classifier-x3k9q/events');
    const tab = page.locator('.lm-DockPanel-widget .pd-App');
    await expect(tab.getByRole('tab', { name: 'Events' })).toHaveAttribute(
      'aria-selected',
      'true'
    );
    await expect.poll(() => page.url()).not.toContain('primehub-deploy');
  });

  test('leads to a list that is filtered', async ({ play, page }) => {
    await play(gallery());
    await page.goto('?primehub-deploy=deployments/status%3DFailed');
    await expect(panelOf(page).locator('.pd-Title')).toHaveText([
      'Churn forecast'
    ]);
    await expect.poll(() => page.url()).not.toContain('primehub-deploy');
  });
});

test('what is open in a tab already goes to the part that is asked for', async ({
  play,
  page
}) => {
  await play(gallery());
  const place = { view: 'deployment', id: 'iris-classifier-x3k9q' };
  const tabs = page.locator('.lm-DockPanel-widget .pd-App');
  const part = (name: string) => tabs.getByRole('tab', { name });
  await execute(page, 'open-place', { ...place, tab: 'events' });
  await expect(part('Events')).toHaveAttribute('aria-selected', 'true');
  await execute(page, 'open-place', { ...place, tab: 'history' });
  await expect(part('History')).toHaveAttribute('aria-selected', 'true');

  // Also where something else covers it; and who asks for no part finds it as it was.
  await execute(page, 'open-place', { view: 'create' });
  await expect(tabs.getByRole('tab')).toHaveCount(0);
  await execute(page, 'open-place', { ...place, tab: 'access' });
  await expect(part('Access')).toHaveAttribute('aria-selected', 'true');
  await execute(page, 'details', { id: place.id });
  await expect(part('Access')).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('tab', { name: 'Iris classifier' })).toHaveCount(
    1
  );
});

test('panel and tabs come back after a reload, where they were', async ({
  play,
  page
}) => {
  await play(gallery());
  await page.sidebar.openTab(PANEL_ID);
  await execute(page, 'details', { id: 'iris-classifier-x3k9q' });
  await execute(page, 'open', {
    view: 'deployment',
    id: 'fraud-detector-7wq2m',
    tab: 'events'
  });
  const panel = panelOf(page);
  await expect(panel.getByRole('tab', { name: 'Events' })).toHaveAttribute(
    'aria-selected',
    'true'
  );
  // The layout is written a moment after it changed.
  await page.waitForResponse(
    response =>
      response.url().includes('/api/workspaces') &&
      response.request().method() === 'PUT' &&
      (response.request().postData() ?? '').includes('iris-classifier')
  );
  await page.reload({ waitForIsReady: false });
  await expect(panel.getByRole('tab', { name: 'Events' })).toHaveAttribute(
    'aria-selected',
    'true',
    { timeout: 60_000 }
  );
  await expect(
    page.getByRole('tab', { name: 'Iris classifier' })
  ).toBeVisible();
});

test('the status bar counts, leads to the panel, and hides when there is nothing', async ({
  play,
  page
}) => {
  await play(gallery());
  await page.sidebar.openTab(PANEL_ID);
  const item = page.locator('.pd-StatusItem');
  await expect(item).toHaveText('2 deployed, 2 failed');
  await page.sidebar.openTab('filebrowser');
  // The stream goes on without a view, for those who have deployments.
  await play([deployment('iris', 'Iris')]);
  await expect(item).toHaveText('1 deployed');
  await item.getByRole('button').click();
  await expect(panelOf(page)).toBeVisible();
  await play([]);
  await expect(item).toBeHidden();
});

test('what runs is listed with what runs, and can be stopped there', async ({
  play,
  page
}) => {
  await play(gallery());
  await page.sidebar.openTab(PANEL_ID);
  await expect(panelOf(page).locator('.pd-Title').first()).toBeVisible();
  await page.sidebar.openTab('jp-running-sessions');
  const running = page.locator('#jp-running-sessions');
  const item = running
    .locator('.jp-RunningSessions-item')
    .filter({ hasText: 'Iris classifier' });
  await expect(item).toContainText('Deployed 2/2');
  await expect(running.getByText('Recommender (old)')).toHaveCount(0);
  await item.hover();
  await item.locator('.jp-RunningSessions-itemShutdown').click();
  await expect(page.locator('.pd-Modal')).toContainText(
    'Stop Iris classifier?'
  );
});

test.describe('notifications', () => {
  const aloud = {
    ...galata.DEFAULT_SETTINGS,
    '@jupyterlab/apputils-extension:notification': {
      checkForUpdates: false,
      doNotDisturbMode: false,
      fetchNews: 'false'
    }
  };
  test.use({ mockSettings: aloud });

  const failed = deployment(
    'iris',
    'Iris',
    {
      phase: 'Failed',
      reason: 'ModelLoadFailed',
      message: 'ModuleNotFoundError: xgboost'
    },
    { serving_revision: null }
  );

  test('tell of a failure and of its end', async ({ play, page }) => {
    await play([deployment('iris', 'Iris')]);
    await page.sidebar.openTab(PANEL_ID);
    await expect(
      panelOf(page).getByText('Iris', { exact: true })
    ).toBeVisible();
    await play([failed]);
    const toast = page.locator('.Toastify__toast');
    await expect(
      toast.filter({ hasText: 'Iris: Model could not be loaded' })
    ).toBeVisible({ timeout: 60_000 });
    await play([deployment('iris', 'Iris')]);
    await expect(toast.filter({ hasText: 'Iris serves again' })).toBeVisible({
      timeout: 60_000
    });
  });

  test('tell of many at once in one, which leads to them', async ({
    play,
    page
  }) => {
    const all = (count: number, status?: object) =>
      Array.from({ length: count }, (_, index) => ({
        ...deployment(`model-${index}`, `Model ${index}`),
        ...status
      }));
    await play(all(12));
    await page.sidebar.openTab(PANEL_ID);
    const panel = panelOf(page);
    await expect(panel.getByText('Model 0', { exact: true })).toBeVisible();
    const { status } = failed;
    await play([...all(9, { status }), ...all(12).slice(9)]);
    const toast = page.locator('.Toastify__toast');
    // They are gathered for a second, and the first toast loads the code for all.
    const soon = { timeout: 60_000 };
    await expect(toast).toHaveText(
      /9 deployments failed: Model 0, Model 1, Model 2 and 6 more/,
      soon
    );
    // Those that follow are added to it.
    await play([...all(10, { status }), ...all(12).slice(10)]);
    await expect(toast).toHaveText(
      /10 deployments failed:.* and 7 more/,
      soon
    );
    await page.screenshot({ path: 'test-results/looks/toasts-together.png' });
    await toast.getByRole('button', { name: 'Show' }).click();
    await expect(panel.locator('[data-deployment="model-9"]')).toBeVisible(
      soon
    );
    await expect(panel.locator('[data-deployment="model-11"]')).toHaveCount(0);
  });

  test.describe('turned off', () => {
    test.use({
      mockSettings: {
        ...aloud,
        [SETTINGS]: {
          notifyFailed: false,
          notifyRecovered: false,
          notifyDeployed: true
        }
      }
    });

    test('tell nothing', async ({ play, page }) => {
      await play([deployment('iris', 'Iris')]);
      await page.sidebar.openTab(PANEL_ID);
      const row = panelOf(page).locator('[data-deployment="iris"]').first();
      await expect(row).toContainText('Deployed');
      await play([failed]);
      await expect(row).toContainText('Failed');
      const other = deployment('other', 'Other');
      await play([deployment('iris', 'Iris'), other]);
      // What came after it is told already.
      const toast = page.locator('.Toastify__toast');
      await expect(toast).toHaveText(/Other is deployed/, {
        timeout: 60_000
      });
    });
  });
});

test('a model file is deployed from the file browser', async ({
  play,
  page,
  tmpPath
}) => {
  await play([]);
  await page.contents.uploadContent(
    'gASVAAAAAAAAAC4=',
    'base64',
    `${tmpPath}/churn.joblib`
  );
  await page.filebrowser.refresh();
  await page.filebrowser.openDirectory(tmpPath);
  await page
    .locator('.jp-DirListing-item')
    .filter({ hasText: 'churn.joblib' })
    .click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Deploy model…' }).click();
  await expect(page.getByRole('tab', { name: 'New Deployment' })).toBeVisible();
});

test('settings have titles, and hold at once', async ({ play, page }) => {
  await play(gallery());
  await page.sidebar.openTab(PANEL_ID);
  const item = page.locator('.pd-StatusItem');
  await expect(item).toBeVisible();
  await page.evaluate(() =>
    window.jupyterapp.commands.execute('settingeditor:open', {
      query: 'Model Deployments'
    })
  );
  const editor = page.locator('#setting-editor');
  await editor.getByLabel('Count in the status bar').click();
  await expect(item).toBeHidden();
});

test.describe('asked only before something is lost', () => {
  test.use({
    mockSettings: {
      ...galata.DEFAULT_SETTINGS,
      [SETTINGS]: {
        confirm: 'loss',
        view: 'table',
        columns: ['status', 'instance_type']
      }
    }
  });

  test('stop and start ask nothing, delete does; a size that is gone is marked', async ({
    play,
    page
  }) => {
    const iris = deployment('iris', 'Iris');
    const kept = { ...iris.spec, instance_type: 'cpu-tiny' };
    await play(
      [iris, deployment('churn', 'Churn', undefined, { spec: kept })],
      'ok',
      world()
    );
    await page.sidebar.openTab(PANEL_ID);
    const row = (id: string) =>
      panelOf(page).locator(`[data-deployment="${id}"]`).first();
    const choose = async (item: string) => {
      await row('iris')
        .getByRole('button', { name: 'Actions for Iris' })
        .click();
      await page
        .getByRole('menuitem', { name: new RegExp(`^${item}`) })
        .click();
    };
    const dialog = page.getByRole('dialog');
    await choose('Stop');
    await expect(row('iris')).toContainText('Stopped');
    await expect(dialog).toHaveCount(0);
    await choose('Start');
    await expect(row('iris')).toContainText('Deployed');
    await expect(dialog).toHaveCount(0);
    await choose('Delete');
    await expect(dialog).toContainText('Delete Iris for good?');
    await expect(
      dialog.getByRole('button', { name: 'Delete', exact: true })
    ).toBeDisabled();
    await dialog.getByRole('button', { name: 'Cancel', exact: true }).click();

    await expect(row('churn')).toContainText('cpu-tiny deleted or withdrawn');
    await expect(row('iris')).not.toContainText('deleted or withdrawn');
    await page.screenshot({ path: 'test-results/looks/size-gone.png' });
  });
});
