import type { Locator, Page } from '@playwright/test';

import {
  PANEL_ID,
  deployment,
  expect,
  panelOf,
  test
} from './scripted';
import { models, world } from './world';

const OPEN = 'primehub-deploy:open-administration';

const tabOf = (page: Page): Locator =>
  page.locator('.pd-App.pd-mod-tab[aria-label^="Administration"]');

/** The administration as a tab, on one of its screens. */
async function open(page: Page, screen = 'Groups'): Promise<Locator> {
  await page.evaluate(
    command => window.jupyterapp.commands.execute(command),
    OPEN
  );
  const tab = tabOf(page);
  await tab.getByRole('tab', { name: screen }).click();
  return tab;
}

const row = (root: Locator, name: string): Locator =>
  root.locator(`[data-item="${name}"]`);

/** Change something as another administrator would, in another browser. */
async function elsewhere(
  page: Page,
  method: 'PATCH' | 'DELETE' | 'GET',
  path: string,
  data?: object
): Promise<Record<string, unknown>> {
  const url = `${new URL(page.url()).origin}/primehub-deploy/v1/${path}`;
  const response = await page.request.fetch(url, { method, data });
  expect(response.ok()).toBe(true);
  return response.status() === 204 ? {} : response.json();
}

test.describe('the way in', () => {
  test('an administrator opens it from the panel, as a tab, and goes back', async ({
    play,
    page
  }) => {
    await play(models(), 'ok', world());
    await page.sidebar.openTab(PANEL_ID);
    const panel = panelOf(page);
    await panel.getByRole('button', { name: 'Administration' }).click();
    await expect(row(panel, 'research')).toBeVisible();
    await panel
      .getByRole('button', { name: 'Back to the deployments' })
      .click();
    await expect(panel.locator('.pd-Title').first()).toBeVisible();

    await panel.getByRole('button', { name: 'Administration' }).click();
    await panel.getByRole('button', { name: 'Open as a tab' }).click();
    await expect(row(tabOf(page), 'research')).toBeVisible();
  });

  test('the tab is there again after a reload', async ({ play, page }) => {
    await play(models(), 'ok', world());
    const saved = page.waitForRequest(
      request =>
        request.method() === 'PUT' &&
        request.url().includes('api/workspaces') &&
        (request.postData() ?? '').includes('administration')
    );
    await open(page);
    await saved;
    // Galata waits for a launcher that is not in front here.
    await page.reload({ waitForIsReady: false });
    await expect(row(tabOf(page), 'research')).toBeVisible();
  });

  test('the palette has it for administrators', async ({ play, page }) => {
    await play(models(), 'ok', world());
    await page.keyboard.press('Control+Shift+c');
    await page.keyboard.type('administer model');
    await page
      .locator('.lm-CommandPalette-item', { hasText: 'Administer Model' })
      .click();
    await expect(row(tabOf(page), 'research')).toBeVisible();
  });

  test('a member sees no entry at all', async ({ play, page }) => {
    await play(models(), 'ok', world({ admin: false }));
    await page.sidebar.openTab(PANEL_ID);
    const panel = panelOf(page);
    await expect(panel.locator('.pd-Resources')).toBeVisible();
    await expect(
      panel.getByRole('button', { name: 'Administration' })
    ).toHaveCount(0);
    await page.keyboard.press('Control+Shift+c');
    await page.keyboard.type('model deployment');
    await expect(
      page.locator('.lm-CommandPalette-item', { hasText: 'Show Model' })
    ).toBeVisible();
    await expect(
      page.locator('.lm-CommandPalette-item', { hasText: 'Administer Model' })
    ).toHaveCount(0);
  });

  test('a group admin has their own groups and the audit log', async ({
    play,
    page
  }) => {
    await play(models(), 'ok', world({ user: 'grace', admin: false }));
    await page.sidebar.openTab(PANEL_ID);
    await panelOf(page).getByRole('button', { name: 'Administration' }).click();
    const tab = await open(page);
    await expect(tab.getByRole('tab')).toHaveText(['Groups', 'Audit log']);
    await expect(tab.locator('[data-item]')).toHaveCount(1);
    await expect(tab.getByRole('switch')).toBeDisabled();

    await tab.getByRole('button', { name: 'Research', exact: true }).click();
    await expect(tab.getByLabel('CPU quota')).toBeDisabled();
    await expect(
      tab.getByText('Only administrators may change this.').first()
    ).toBeVisible();
    await tab.getByLabel('Members').fill('dorothy');
    await page.keyboard.press('Enter');
    await tab.getByRole('button', { name: 'Save' }).click();
    await expect(row(tab, 'research')).toContainText('4 members');
  });
});

test.describe('groups', () => {
  test('says in words what is over quota, and what is unlimited', async ({
    play,
    page
  }) => {
    await play(models(), 'ok', world());
    const tab = await open(page);
    await expect(row(tab, 'research')).toContainText('5 of 4 cores');
    await expect(row(tab, 'research')).toContainText('over by 1 core');
    await expect(row(tab, 'operations-and-logistics')).toContainText(
      '4 cores, unlimited'
    );
  });

  test('makes, changes and deletes one', async ({ play, page }) => {
    await play(models(), 'ok', world());
    const tab = await open(page);
    await tab.getByRole('button', { name: 'New group' }).click();
    await expect(tab.getByLabel('Name', { exact: true })).toBeFocused();
    await page.keyboard.type('astronomy');
    await tab.getByRole('switch').click();
    await tab.getByLabel('CPU quota').fill('0.5');
    await tab.getByLabel('Memory quota').fill('4Gi');
    await tab.getByLabel('Members').fill('vera, jocelyn');
    await page.keyboard.press('Enter');
    await tab.getByRole('button', { name: 'Save' }).click();
    await expect(row(tab, 'astronomy')).toContainText('0 of 0.5 cores');
    await expect(row(tab, 'astronomy')).toContainText('0 B of 4 GiB');
    await expect(row(tab, 'astronomy')).toContainText('2 members');

    await tab.getByRole('button', { name: 'astronomy', exact: true }).click();
    await tab.getByRole('button', { name: 'Remove vera' }).click();
    await tab.getByLabel('CPU quota').fill('2');
    await tab.getByRole('button', { name: 'Save' }).click();
    await expect(row(tab, 'astronomy')).toContainText('0 of 2 cores');
    await expect(row(tab, 'astronomy')).toContainText('1 member');
    // Back where it was.
    await expect(
      tab.getByRole('button', { name: 'astronomy', exact: true })
    ).toBeFocused();

    await tab
      .getByRole('button', { name: 'Delete the group astronomy' })
      .click();
    await page.getByRole('button', { name: 'Delete group' }).click();
    await expect(row(tab, 'astronomy')).toHaveCount(0);
  });

  test('puts what is wrong beside the input, and keeps what was typed', async ({
    play,
    page
  }) => {
    await play(models(), 'ok', world());
    const tab = await open(page);
    await tab.getByRole('button', { name: 'New group' }).click();
    await tab.getByLabel('Name', { exact: true }).fill('bad!');
    await tab.getByLabel('CPU quota').fill('lots');
    await tab.getByRole('button', { name: 'Save' }).click();
    await expect(tab.getByLabel('CPU quota')).toHaveAttribute(
      'aria-invalid',
      'true'
    );
    await expect(tab.getByLabel('CPU quota')).toBeFocused();
    await expect(tab.getByText(/^A number of cores/)).toBeVisible();
    await tab.getByLabel('CPU quota').fill('2');
    await tab.getByRole('button', { name: 'Save' }).click();
    // The server's own words.
    await expect(tab.getByLabel('Name', { exact: true })).toBeFocused();
    await expect(
      tab.locator('.pd-Field-message', { hasText: 'lower-case letters' })
    ).toBeVisible();
    await expect(tab.getByLabel('CPU quota')).toHaveValue('2');
  });

  for (const [choice, phase] of [
    ['Let them run', 'Deployed'],
    ['Stop them', 'Stopped']
  ] as const) {
    test(`switching off asks what becomes of what runs: ${choice}`, async ({
      play,
      page
    }) => {
      await play(models(), 'ok', world());
      const tab = await open(page);
      const button = tab.getByRole('switch', {
        name: 'Model Deployment for Research'
      });
      await button.click();
      const dialog = page.getByRole('dialog');
      await expect(dialog).toContainText('2 deployments of this group run');
      await expect(dialog).toContainText('Fraud detector');
      await page.keyboard.press('Escape');
      await expect(button).toHaveAttribute('aria-checked', 'true');
      await expect(button).toBeFocused();

      await button.click();
      await dialog.getByRole('button', { name: choice }).click();
      await expect(button).toHaveAttribute('aria-checked', 'false');
      await tab.getByRole('tab', { name: 'Deployments' }).click();
      await expect(
        tab.locator('[data-deployment="fraud-detector-7wq2m"]')
      ).toContainText(phase);
    });
  }

  test('two administrators at once lose nothing', async ({ play, page }) => {
    await play(models(), 'ok', world());
    const tab = await open(page);
    await tab.getByRole('button', { name: 'Research', exact: true }).click();
    await tab.getByLabel('CPU quota').fill('8');
    await tab.getByLabel('Memory quota').fill('32Gi');
    await tab.getByLabel('Members').fill('dorothy');
    await page.keyboard.press('Enter');
    await elsewhere(page, 'PATCH', 'groups/research', {
      quota: { cpu: 6, memory: '16Gi', gpu: 1, deployments: 10 },
      display_name: 'Research lab',
      members: ['ada', 'grace', 'mary']
    });

    await tab.getByRole('button', { name: 'Save' }).click();
    const conflict = tab.locator('.pd-Conflict');
    await expect(conflict).toContainText('Somebody else saved changes');
    const cpu = conflict.getByRole('group', { name: 'CPU' });
    await expect(cpu).toContainText('6');
    await expect(cpu).toContainText('8');
    await expect(tab.getByRole('button', { name: 'Save' })).toBeDisabled();
    await cpu.getByLabel(/^Yours/).check();
    await tab.getByRole('button', { name: 'Save' }).click();
    await expect(row(tab, 'research')).toContainText('Research lab');

    const saved = await elsewhere(page, 'GET', 'groups/research');
    expect(saved['quota']).toMatchObject({ cpu: 8, memory: 32 * 2 ** 30 });
    expect(saved['members']).toEqual(['ada', 'grace', 'mary', 'dorothy']);
  });

  test('one that is deleted while it is edited can be made again', async ({
    play,
    page
  }) => {
    await play([], 'ok', world());
    const tab = await open(page);
    await tab.getByRole('button', { name: 'Research', exact: true }).click();
    await tab.getByLabel('CPU quota').fill('8');
    await elsewhere(page, 'DELETE', 'groups/research');
    await tab.getByRole('button', { name: 'Save' }).click();
    await expect(
      tab.getByText(/was deleted while you were editing/)
    ).toBeVisible();
    await tab.getByRole('button', { name: 'Create again' }).click();
    await expect(row(tab, 'research')).toContainText('0 of 8 cores');
  });

  test('leaving asks before what was typed is lost', async ({ play, page }) => {
    await play(models(), 'ok', world());
    const tab = await open(page);
    await tab.getByRole('button', { name: 'Research', exact: true }).click();
    await tab.getByLabel('CPU quota').fill('8');
    await tab.getByRole('tab', { name: 'Audit log' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: 'Cancel' })
      .click();
    await expect(tab.getByLabel('CPU quota')).toHaveValue('8');
    await tab.getByRole('tab', { name: 'Audit log' }).click();
    await page.getByRole('button', { name: 'Discard' }).click();
    await expect(tab.getByRole('table', { name: 'Audit log' })).toBeVisible();
  });

  test('one in use is deleted only when its name is typed', async ({
    play,
    page
  }) => {
    await play(models(), 'ok', world());
    const tab = await open(page);
    await tab
      .getByRole('button', { name: 'Delete the group Research' })
      .click();
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('It owns 3 deployments');
    await expect(
      dialog.getByRole('button', { name: 'Delete group' })
    ).toBeDisabled();
    await dialog.getByRole('textbox').fill('research');
    await dialog.getByRole('button', { name: 'Delete group' }).click();
    await expect(row(tab, 'research')).toContainText(
      'deleted, still owns 3 deployments'
    );
    await row(tab, 'research').getByText('Show its deployments').click();
    await expect(tab.locator('[data-deployment]')).toHaveCount(3);
  });

  test('read-only with the reason where the provider can not be written', async ({
    play,
    page
  }) => {
    await play(
      models(),
      'ok',
      world({
        provider: {
          name: 'file',
          settings_writable: false,
          members_writable: false,
          warning:
            'groups.yaml, line 14: unknown key "quotas". The last good version is used.'
        }
      })
    );
    const tab = await open(page);
    await expect(tab.getByRole('alert')).toContainText('groups.yaml, line 14');
    await expect(tab.getByRole('button', { name: 'New group' })).toHaveCount(0);
    await tab.getByRole('button', { name: 'Research', exact: true }).click();
    await expect(
      tab.getByText(/comes from a file on the server/)
    ).toBeVisible();
    await expect(tab.getByRole('button', { name: 'Save' })).toHaveCount(0);
  });
});

test.describe('instance types and pull secrets', () => {
  test('makes one for some groups; in use it is deleted by name', async ({
    play,
    page
  }) => {
    await play(models(), 'ok', world());
    const tab = await open(page, 'Instance types');
    await expect(row(tab, 'default')).toContainText('5 deployments');
    await expect(row(tab, 'cpu-tiny')).toContainText('deleted');
    await tab.getByRole('button', { name: 'New instance type' }).click();
    await page.keyboard.type('small');
    await tab.getByLabel('CPU').fill('500m');
    await tab.getByLabel('Memory').fill('512Mi');
    await tab.getByLabel('These groups alone').check();
    await tab.getByLabel('Groups', { exact: true }).fill('sales');
    await page.keyboard.press('Enter');
    await tab.getByRole('button', { name: 'Save' }).click();
    await expect(row(tab, 'small')).toContainText('0.5 cores');
    await expect(row(tab, 'small')).toContainText('512 MiB');
    await expect(row(tab, 'small')).toContainText('sales');

    await tab
      .getByRole('button', { name: 'Delete the instance type default' })
      .click();
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('5 deployments use it');
    await dialog.getByRole('textbox').fill('default');
    await page.keyboard.press('Enter');
    await expect(row(tab, 'default')).toContainText(
      'deleted; what runs keeps it'
    );
  });

  test('a password stays when it is left empty, and is never shown', async ({
    play,
    page
  }) => {
    await play([], 'ok', world());
    const tab = await open(page, 'Pull secrets');
    await tab
      .getByRole('button', { name: 'company-registry', exact: true })
      .click();
    await expect(tab.getByLabel('Password or token')).toHaveValue('');
    const sent = page.waitForRequest(request => request.method() === 'PATCH');
    await tab.getByLabel('User name').fill('robot-2');
    await tab.getByRole('button', { name: 'Save' }).click();
    expect((await sent).postDataJSON()).toEqual({ username: 'robot-2' });
    await expect(row(tab, 'company-registry')).toContainText('robot-2');
  });
});

test.describe('all deployments', () => {
  test('shows what each uses, sorts, filters, stops and starts', async ({
    play,
    page
  }) => {
    await play(models(), 'ok', world());
    const tab = await open(page, 'Deployments');
    const rows = tab.locator('[data-deployment]');
    await expect(rows).toHaveCount(models().length);
    await expect(rows.first()).toContainText('Churn forecast');
    const pricing = rows.filter({ hasText: 'Pricing' });
    await expect(pricing).toContainText('4.30 / 4');
    await expect(pricing).toContainText('1.2 / 8 GiB');

    await tab.getByRole('button', { name: 'CPU' }).click();
    await expect(rows.first()).toContainText('Pricing');
    await expect(
      tab.getByRole('columnheader', { name: 'CPU' })
    ).toHaveAttribute('aria-sort', 'descending');

    await tab.getByLabel('Group', { exact: true }).selectOption({ label: 'Research' });
    await expect(rows).toHaveCount(3);
    await tab.getByRole('searchbox').fill('iris');
    await expect(rows).toHaveCount(1);
    await tab.getByRole('button', { name: 'Stop Iris classifier' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: 'Stop' })
      .click();
    await expect(rows).toContainText('Stopped');
    await tab.getByRole('button', { name: 'Start Iris classifier' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: 'Start' })
      .click();
    await expect(rows).toContainText('Deployed');
    await tab.getByRole('button', { name: 'Delete Iris classifier' }).click();
    await page.getByRole('dialog').getByRole('textbox').fill('Iris classifier');
    await page
      .getByRole('dialog')
      .getByRole('button', { name: 'Delete' })
      .click();
    await expect(
      tab.getByText('No deployment matches the filters')
    ).toBeVisible();
  });
});

test('a thousand deployments scroll while they are measured', async ({
  play,
  page
}) => {
  const many = Array.from({ length: 1000 }, (_, n) =>
    deployment(`model-${n}`, `Model ${n}`)
  );
  const measurements = many.map(({ id }, n) => ({
    id,
    cpu: n / 1000,
    memory: n * 1_000_000
  }));
  await play(many, 'ok', world({ measurements }));
  const tab = await open(page, 'Deployments');
  const grid = tab.locator('.pd-Grid');
  await expect(tab.getByText('Model 0', { exact: true })).toBeVisible();
  expect(await tab.locator('[data-deployment]').count()).toBeLessThan(60);
  await expect(async () => {
    await grid.evaluate(one => (one.scrollTop = one.scrollHeight));
    await expect(tab.getByText('Model 999', { exact: true })).toBeVisible({
      timeout: 500
    });
  }).toPass();

  // Sorting by what is measured begins at the top of all of them.
  await tab.getByRole('button', { name: 'CPU' }).click();
  await grid.evaluate(one => (one.scrollTop = 0));
  await expect(tab.locator('[data-deployment]').first()).toContainText(
    'Model 999'
  );
});

test.describe('the audit log', () => {
  test('speaks plainly, marks what was refused, and can be narrowed', async ({
    play,
    page
  }) => {
    await play(models(), 'ok', world());
    const tab = await open(page, 'Audit log');
    const table = tab.getByRole('table', { name: 'Audit log' });
    await expect(table).toContainText(
      'stopped deployment recommender-old-1m4xx'
    );
    await expect(table.locator('.pd-Row.pd-mod-refused').first()).toContainText(
      'tried to start deployment churn-forecast-q4-x3k9q'
    );
    await tab.getByLabel('Outcome').selectOption('refused');
    await expect(table.locator('.pd-Row')).toHaveCount(2);
    await tab.getByLabel('User').fill('linus');
    await expect(table.locator('.pd-Row')).toHaveCount(1);

    const saved = page.waitForEvent('download');
    await tab.getByRole('button', { name: 'CSV' }).click();
    const download = await saved;
    expect(download.suggestedFilename()).toMatch(/^audit-.*\.csv$/);
    const stream = await download.createReadStream();
    let text = '';
    for await (const chunk of stream) {
      text += String(chunk);
    }
    expect(text.trim().split('\n')).toHaveLength(2);
    expect(text).toContain('linus');
  });

  test('comes page by page, and counts what is new', async ({ play, page }) => {
    const [first] = world().audit;
    const audit = Array.from({ length: 250 }, (_, n) => ({
      ...first,
      number: 250 - n,
      target: `group-${250 - n}`
    }));
    await play([], 'ok', world({ audit }));
    const tab = await open(page, 'Audit log');
    const grid = tab.locator('.pd-Grid');
    await expect(grid).toContainText('changed group group-250');
    await expect(async () => {
      await grid.evaluate(one => (one.scrollTop = one.scrollHeight));
      await expect(grid.locator('.pd-Row').last()).toContainText(
        /group-1(?!\d)/,
        { timeout: 500 }
      );
    }).toPass();
    await expect(grid).toContainText('250 entries in all');
    expect(await grid.locator('.pd-Row').count()).toBeLessThan(80);

    await play(
      [],
      'ok',
      world({ audit: [{ ...first, number: 251 }, ...audit] })
    );
    await tab
      .getByRole('button', { name: '1 new entry' })
      .click({ timeout: 60_000 });
    await expect(grid).toContainText('changed group research');
  });
});

test('a cell shows it too, and goes back to the deployments', async ({
  play,
  page
}) => {
  await play(models(), 'ok', world());
  await page.notebook.createNew('admin.ipynb');
  await page.notebook.setCell(
    0,
    'code',
    'from primehub_deploy_ext import DeploymentsPanel\npanel = DeploymentsPanel(view="admin")\npanel'
  );
  await page.notebook.addCell('code', 'panel.view');
  await page.notebook.runCell(0);
  const cell = page.locator('.jp-OutputArea .pd-App');
  await expect(row(cell, 'research')).toBeVisible();
  // Keys belong to the buttons, not to the notebook.
  await cell.getByRole('button', { name: 'Research', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(cell.getByLabel('Display name')).toBeFocused();
  await page.keyboard.type('dd');
  await expect(cell.getByLabel('Display name')).toHaveValue('Researchdd');
  await cell.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Discard' }).click();
  await cell.getByRole('button', { name: 'Back to the deployments' }).click();
  await expect(cell.locator('.pd-Title').first()).toBeVisible();
  await page.notebook.runCell(1);
  expect(await page.notebook.getCellTextOutput(1)).toEqual(["'grid'"]);
});

test.describe('when the server is away', () => {
  test('what is shown stays and says so', async ({ play, page }) => {
    await play(models(), 'ok', world());
    const tab = await open(page);
    await expect(row(tab, 'research')).toBeVisible();
    await play(models(), 'cut');
    await expect(tab.getByText(/Connection lost/)).toBeVisible({
      timeout: 60_000
    });
    await expect(row(tab, 'research')).toBeVisible();
    await play(models(), 'ok');
    await tab.getByRole('button', { name: 'Reconnect now' }).click();
    await expect(tab.getByText(/Connection lost/)).toHaveCount(0);
  });

  test('what never came says why', async ({ play, page }) => {
    await play(
      [],
      'ok',
      world({
        refuse: {
          listPullSecrets: {
            status: 503,
            code: 'engine_unavailable',
            message: 'the groups are too old to be trusted: no Hub since 10:02'
          }
        }
      })
    );
    const tab = await open(page, 'Pull secrets');
    await expect(tab.getByText('The server can’t answer')).toBeVisible();
    await expect(tab.getByText(/no Hub since 10:02/)).toBeVisible();
    // Pressed while it still fails: once it doesn't, the page may be quicker than we are.
    await tab.getByRole('button', { name: 'Try again' }).click();
    await expect(tab.getByText(/no Hub since 10:02/)).toBeVisible();
    await play([], 'ok', world());
    await expect(row(tab, 'company-registry')).toBeVisible({ timeout: 60_000 });
  });
});
