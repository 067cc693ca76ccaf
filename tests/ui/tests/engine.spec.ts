import { execFileSync } from 'node:child_process';
import { expect, test } from '@jupyterlab/galata';

import { PANEL_ID, panelOf } from './scripted';

interface IArtifact {
  data: string;
  model: { artifact: string };
}

test.use({ baseURL: process.env['PD_UI_ENGINE_URL'] });

test('shows a real deployment from its start to its end', async ({
  page,
  request,
  baseURL
}) => {
  const api = `${baseURL}/primehub-deploy/v1`;
  const { data, model } = JSON.parse(
    // Long enough to be seen while it starts.
    execFileSync('python', ['model_artifact.py', '5'], { encoding: 'utf8' })
  ) as IArtifact;
  await page.sidebar.openTab(PANEL_ID);
  const panel = panelOf(page);
  await expect(panel.getByText('No deployments yet')).toBeVisible();

  const stored = await request.put(`${api}/artifacts/${model.artifact}`, {
    data: Buffer.from(data, 'base64')
  });
  expect(stored.ok()).toBe(true);
  const created = await request.post(`${api}/deployments`, {
    data: { id: 'live-one', name: 'Live one', model }
  });
  expect(created.status()).toBe(201);
  try {
    const row = panel.locator('[data-deployment="live-one"]');
    await expect(row).toContainText('Deploying');
    await expect(row.locator('.pd-mod-Deployed').first()).toBeVisible({
      timeout: 60_000
    });
    await expect(row).toContainText('1/1 ready');

    await request.post(`${api}/deployments/live-one:stop`, { data: {} });
    await expect(row).toContainText('Stopped', { timeout: 60_000 });
  } finally {
    await request.delete(`${api}/deployments/live-one`);
  }
  await expect(panel.getByText('No deployments yet')).toBeVisible({
    timeout: 60_000
  });
});
