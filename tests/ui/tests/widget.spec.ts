import { expectAccessible } from './accessible';
import { DETAILS } from './details';
import {
  CELL,
  PANEL_ID,
  deployment,
  expect,
  gallery,
  panelOf,
  test
} from './scripted';

test('a cell shows what the panel shows, from the same stream', async ({
  play,
  page
}) => {
  await play(gallery());
  let streams = 0;
  page.on('request', request => {
    streams += request.url().includes('/v1/watch') ? 1 : 0;
  });
  await page.sidebar.openTab(PANEL_ID);
  await page.notebook.createNew('deployments.ipynb');
  await page.notebook.setCell(0, 'code', CELL);
  await page.notebook.run();
  const cell = page.locator('.jp-OutputArea .pd-App');
  const title = (root: typeof cell) =>
    root.locator('.pd-Title').allTextContents();
  await expect(cell.locator('.pd-Title')).toHaveCount(gallery().length);
  await expect(panelOf(page).locator('.pd-Title')).toHaveText(
    await title(cell)
  );

  await play([deployment('iris', 'Iris anew')]);
  for (const root of [cell, panelOf(page)]) {
    await expect(root.locator('.pd-Title')).toHaveText(['Iris anew']);
  }
  expect(streams).toBe(1);
});

test('traits go both ways', async ({ play, page }) => {
  await play([
    deployment('iris', 'Iris'),
    deployment('churn', 'Churn', undefined, { group: 'sales' })
  ]);
  await page.notebook.createNew('traits.ipynb');
  await page.notebook.setCell(0, 'code', CELL);
  await page.notebook.addCell('code', 'panel.group = "sales"');
  await page.notebook.addCell('code', 'panel.selected');
  await page.notebook.runCell(0);
  const cell = page.locator('.jp-OutputArea .pd-App');
  await expect(cell.locator('.pd-Title')).toHaveCount(2);
  await page.notebook.runCell(1);
  await expect(cell.locator('.pd-Title')).toHaveText(['Churn']);
  await cell.locator('.pd-Title').click();
  await expect(cell.getByRole('tab').first()).toBeVisible();
  // What is chosen here comes to the kernel by a way of its own, not with the cells that are run.
  await expect
    .poll(async () => {
      await page.notebook.runCell(2);
      return page.notebook.getCellTextOutput(2);
    })
    .toEqual(["'churn'"]);
});

test('the part that is shown of a deployment is a trait, both ways', async ({
  play,
  page
}) => {
  await play([deployment('iris', 'Iris')], 'ok', {}, { iris: DETAILS() });
  await page.notebook.createNew('parts.ipynb');
  await page.notebook.setCell(
    0,
    'code',
    CELL.replace('()', '(deployment="iris", tab="events")')
  );
  await page.notebook.addCell(
    'code',
    'panel.deployment, panel.tab, panel.view'
  );
  await page.notebook.addCell('code', 'panel.tab = "access"');
  await page.notebook.addCell('code', 'panel.deployment = ""');
  await page.notebook.addCell('code', 'panel.filter = "status=Failed"');
  await page.notebook.addCell('code', 'panel.filter');
  await page.notebook.runCell(0);
  const cell = page.locator('.jp-OutputArea .pd-App');
  const part = (name: string) => cell.getByRole('tab', { name, exact: true });
  const selected = (name: string) =>
    expect(part(name)).toHaveAttribute('aria-selected', 'true');
  const python = async (index: number) => {
    await page.notebook.runCell(index);
    return page.notebook.getCellTextOutput(index);
  };
  await selected('Events');

  // What is clicked, Python knows.
  await part('History').click();
  await selected('History');
  await expect
    .poll(() => python(1))
    .toEqual(["('iris', 'history', 'grid')"]);
  // What Python says, is shown.
  await page.notebook.runCell(2);
  await selected('Access');
  await expect.poll(() => python(1)).toEqual(["('iris', 'access', 'grid')"]);
  await page.notebook.runCell(3);
  await expect(cell.locator('.pd-Title')).toHaveText(['Iris']);

  // So with what the list leaves.
  await page.notebook.runCell(4);
  await expect(
    cell.getByText('No deployment matches the filters')
  ).toBeVisible();
  await cell.getByRole('button', { name: 'Clear filters' }).click();
  await expect(cell.locator('.pd-Title')).toHaveText(['Iris']);
  await expect.poll(() => python(5)).toEqual(["''"]);
});

test.describe('with kernels as they are', () => {
  // Galata's stand-in for their REST API answers a restart with 201, which JupyterLab takes for a failure: it would
  // never connect to the new kernel.
  test.use({ kernels: null, sessions: null });

  test('two cells and the side panel go on when the kernel restarts, and say who lost them', async ({
    play,
    page
  }) => {
    test.setTimeout(150_000);
    await play([deployment('iris', 'Iris'), deployment('churn', 'Churn')]);
    let streams = 0;
    page.on('request', request => {
      streams += request.url().includes('/v1/watch') ? 1 : 0;
    });
    await page.sidebar.openTab(PANEL_ID);
    await page.notebook.createNew('restart.ipynb');
    await page.notebook.setCell(0, 'code', CELL);
    await page.notebook.addCell(
      'code',
      'second = DeploymentsPanel(view="table")\nsecond'
    );
    await page.notebook.addCell(
      'code',
      'from primehub_deploy_ext import connect\nprint(len(connect().deployments()))'
    );
    await page.notebook.run();
    const cells = page.locator('.jp-OutputArea .pd-App');
    const views = [cells.nth(0), cells.nth(1), panelOf(page)];
    const expectAll = async (...names: string[]) => {
      for (const view of views) {
        // What nobody sees asks for nothing.
        await view.scrollIntoViewIfNeeded();
        await expect(view.locator('.pd-Title')).toHaveText(names, {
          timeout: 60_000
        });
      }
    };
    await expectAll('Churn', 'Iris');
    await expect(cells.nth(1).getByRole('table')).toBeVisible();
    const lost = page.getByText('The kernel that made this panel is gone.');
    await expect(lost).toHaveCount(0);

    // The command ends with the dialog that it opens: it is not waited for.
    await page.evaluate(() => {
      void window.jupyterapp.commands.execute('kernelmenu:restart');
    });
    await page.getByRole('button', { name: 'Confirm Kernel Restart' }).click();
    await expect(lost).toHaveCount(2, { timeout: 60_000 });
    await page.screenshot({ path: 'test-results/looks/kernel-gone.png' });
    await expectAccessible(page, '.jp-OutputArea .pd-App');

    // What is shown needs no kernel.
    await play([deployment('iris', 'Iris anew'), deployment('churn', 'Churn')]);
    await expectAll('Churn', 'Iris anew');
    await cells.nth(0).getByRole('searchbox').fill('churn');
    await expect(cells.nth(0).locator('.pd-Title')).toHaveText(['Churn']);
    await expect(cells.nth(1).locator('.pd-Title')).toHaveCount(2);
    await cells
      .nth(1)
      .getByRole('button', { name: 'Iris anew', exact: true })
      .click();
    await expect(
      cells.nth(1).getByRole('tab', { name: 'Information' })
    ).toBeVisible();
    expect(streams).toBe(1);

    // The new kernel runs cells, calls the server, and makes a panel that is its own.
    await page.notebook.runCell(0);
    await expect(lost).toHaveCount(1);
    await page.notebook.runCell(2);
    expect(await page.notebook.getCellTextOutput(2)).toEqual(['2\n']);
    await expect(cells.nth(0).locator('.pd-Title')).toHaveCount(2);
  });
});
