import { ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { Page, expect, test } from '@playwright/test';

import { deployment } from './scripted';

/** A real Notebook 7 server, with our front end and the scripted REST API. */
let server: ChildProcess;
let url: string;

/** Notebook's own handler of shortcuts throws it while its settings load, also where this extension isn't installed. */
const NOT_OURS = "Cannot read properties of undefined (reading 'schema')";

/** What goes wrong in the page from now on. */
function errorsOf(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => {
    if (message !== NOT_OURS) {
      errors.push(message);
    }
  });
  return errors;
}

const NOTEBOOK = {
  cells: [
    {
      cell_type: 'code',
      id: 'one',
      execution_count: null,
      metadata: {},
      outputs: [],
      source:
        'from primehub_deploy_ext import DeploymentsPanel\nDeploymentsPanel()'
    }
  ],
  metadata: {
    kernelspec: {
      name: 'python3',
      display_name: 'Python 3',
      language: 'python'
    }
  },
  nbformat: 4,
  nbformat_minor: 5
};

test.beforeAll(async ({ request }) => {
  test.setTimeout(180_000);
  const port = execFileSync(
    process.execPath,
    [
      '-e',
      "const s=require('net').createServer().listen(0,'127.0.0.1',()=>{process.stdout.write(String(s.address().port));s.close()})"
    ],
    { encoding: 'utf8' }
  ).trim();
  url = `http://localhost:${port}`;
  mkdirSync('test-results', { recursive: true });
  const log = openSync('test-results/notebook7.log', 'w');
  server = spawn(
    'jupyter',
    [
      'notebook',
      '--config',
      'jupyter_server_test_config.py',
      '--allow-root',
      '--no-browser'
    ],
    {
      env: { ...process.env, PD_UI_SERVER: 'scripted', PD_UI_PORT: port },
      stdio: ['ignore', log, log]
    }
  );
  await expect
    .poll(
      async () =>
        (await request.get(`${url}/tree`).catch(() => null))?.status() ?? 0,
      { timeout: 150_000 }
    )
    .toBe(200);
  const stored = await request.put(`${url}/api/contents/panel.ipynb`, {
    data: { type: 'notebook', format: 'json', content: NOTEBOOK }
  });
  expect(stored.ok()).toBe(true);
});

test.afterAll(() => {
  server.kill('SIGTERM');
});

test.beforeEach(async ({ request }) => {
  const script = await request.put(`${url}/primehub-deploy/v1/script`, {
    data: {
      items: [deployment('iris', 'Iris'), deployment('churn', 'Churn')],
      mode: 'ok',
      directory: {}
    }
  });
  expect(script.status()).toBe(204);
});

test('a notebook shows the widget, and it can be used', async ({ page }) => {
  test.setTimeout(120_000);
  const errors = errorsOf(page);
  await page.goto(`${url}/notebooks/panel.ipynb`);
  // Notebook drops what is run in the moment in which the kernel's state is asked for.
  await expect(async () => {
    await page.locator('.jp-Notebook .jp-CodeCell').first().click();
    await page.keyboard.press('Control+Enter');
    await expect(
      page.locator('.jp-CodeCell .jp-InputPrompt').first()
    ).not.toHaveText('[ ]:', { timeout: 5_000 });
  }).toPass();
  const cell = page.locator('.jp-OutputArea .pd-App');
  await expect(cell.locator('.pd-Title')).toHaveCount(2, { timeout: 60_000 });
  await cell.getByRole('searchbox').fill('churn');
  await expect(cell.locator('.pd-Title')).toHaveText(['Churn']);
  await page.screenshot({ path: 'test-results/looks/notebook7.png' });

  // The side panel is there too, and takes what would be a tab in JupyterLab.
  await cell
    .locator('[data-deployment="churn"]')
    .first()
    .click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Open in a Tab' }).click();
  const panel = page.locator('#primehub-deploy-panel .pd-App');
  await expect(panel.getByRole('tab', { name: 'Logs' })).toBeVisible();
  await expect(
    page.locator('.jp-NotebookPanel-toolbar [data-jp-item-name="deploy-model"]')
  ).toBeVisible();
  await page.screenshot({ path: 'test-results/looks/notebook7-panel.png' });
  expect(errors).toEqual([]);
});

test('the page of files starts without an error', async ({ page }) => {
  const errors = errorsOf(page);
  page.on('console', message => {
    if (message.type() === 'error' && message.text().includes('primehub')) {
      errors.push(message.text());
    }
  });
  await page.goto(`${url}/tree`);
  await expect(page.locator('.jp-DirListing-item').first()).toBeVisible({
    timeout: 60_000
  });
  expect(errors).toEqual([]);
});
