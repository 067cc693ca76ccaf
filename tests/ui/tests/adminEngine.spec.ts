import { execFileSync } from 'node:child_process';
import { expect, test } from '@jupyterlab/galata';

import { expectAccessible } from './accessible';

interface IArtifact {
  data: string;
  model: { artifact: string };
}

test.use({ baseURL: process.env['PD_UI_ENGINE_URL'] });

test('administers the real thing: group, quota, instance type, deployments, log', async ({
  page,
  request,
  baseURL
}) => {
  test.setTimeout(120_000);
  const api = `${baseURL}/primehub-deploy/v1`;
  const { user } = (await (await request.get(`${api}/me`)).json()) as {
    user: string;
  };
  const { data, model } = JSON.parse(
    execFileSync('python', ['model_artifact.py'], { encoding: 'utf8' })
  ) as IArtifact;
  const stored = await request.put(`${api}/artifacts/${model.artifact}`, {
    data: Buffer.from(data, 'base64')
  });
  expect(stored.ok()).toBe(true);

  await page.evaluate(() =>
    window.jupyterapp.commands.execute('primehub-deploy:open-administration')
  );
  const tab = page.locator('.pd-App.pd-mod-tab[aria-label^="Administration"]');
  const item = (name: string) => tab.locator(`[data-item="${name}"]`);
  const go = (name: string) => tab.getByRole('tab', { name }).click();

  // An instance type, with the words of the server for a name that is none.
  await go('Instance types');
  await tab.getByRole('button', { name: 'New instance type' }).click();
  await tab.getByLabel('Name', { exact: true }).fill('Half A Core');
  await tab.getByLabel('CPU').fill('0.5');
  await tab.getByLabel('Memory').fill('512Mi');
  await tab.getByRole('button', { name: 'Save' }).click();
  await expect(tab.getByLabel('Name', { exact: true })).toHaveAttribute(
    'aria-invalid',
    'true'
  );
  await tab.getByLabel('Name', { exact: true }).fill('half');
  await tab.getByRole('button', { name: 'Save' }).click();
  await expect(item('half')).toContainText('0.5 cores');

  // A group whose quota has room for one of them.
  await go('Groups');
  await tab.getByRole('button', { name: 'New group' }).click();
  await tab.getByLabel('Name', { exact: true }).fill('lab');
  await tab.getByLabel('CPU quota').fill('0.5');
  await tab.getByLabel('Members').fill(user);
  await page.keyboard.press('Enter');
  await tab.getByRole('button', { name: 'Save' }).click();
  await expect(item('lab')).toContainText('0 of 0.5 cores');

  const create = (id: string) =>
    request.post(`${api}/deployments`, {
      data: { id, name: id, model, group: 'lab', instance_type: 'half' }
    });
  // Off to begin with.
  expect((await create('first')).status()).toBe(403);
  const enabled = tab.getByRole('switch', { name: 'Model Deployment for lab' });
  await enabled.click();
  await expect(enabled).toHaveAttribute('aria-checked', 'true');
  try {
    expect((await create('first')).status()).toBe(201);
    await expect(item('lab')).toContainText('0.5 of 0.5 cores', {
      timeout: 60_000
    });
    expect((await create('second')).status()).toBe(403);

    // Two at once.
    await tab.getByRole('button', { name: 'lab', exact: true }).click();
    await tab.getByLabel('CPU quota').fill('2');
    await tab.getByLabel('Members').fill('dorothy');
    await page.keyboard.press('Enter');
    const other = await request.patch(`${api}/groups/lab`, {
      data: { quota: { cpu: 1 }, members: [user, 'mary'] }
    });
    expect(other.status()).toBe(200);
    await tab.getByRole('button', { name: 'Save' }).click();
    await tab
      .locator('.pd-Conflict')
      .getByRole('group', { name: /^CPU/ })
      .getByLabel(/^Yours/)
      .check();
    await tab.getByRole('button', { name: 'Save' }).click();
    await expect(item('lab')).toContainText('0.5 of 2 cores');
    await expect(item('lab')).toContainText('3 members');

    // What it really uses.
    await go('Deployments');
    const first = tab.locator('[data-deployment="first"]');
    await expect(first).toContainText('Deployed', { timeout: 60_000 });
    await expect(first.locator('.pd-Used-fill')).toHaveCount(2, {
      timeout: 60_000
    });

    // Switched off, it is stopped when that is chosen.
    await go('Groups');
    await enabled.click();
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('first');
    await dialog.getByRole('button', { name: 'Stop them' }).click();
    await expect(enabled).toHaveAttribute('aria-checked', 'false');
    await go('Deployments');
    await expect(first).toContainText('Stopped', { timeout: 60_000 });
    await tab.getByRole('button', { name: 'Start first' }).click();
    await dialog.getByRole('button', { name: 'Start' }).click();
    await expect(page.locator('.Toastify__toast')).toContainText(
      'Feature not available'
    );

    // Its name has to be typed; what it owned is gone with it.
    await go('Groups');
    await tab.getByRole('button', { name: 'Delete the group lab' }).click();
    await dialog.getByLabel(/^Delete them too/).check();
    await dialog.getByRole('textbox').fill('lab');
    await dialog
      .getByRole('button', { name: 'Delete group and deployments' })
      .click();
    await expect(item('lab')).toHaveCount(0);
    await go('Deployments');
    await expect(tab.getByText('No deployments yet')).toBeVisible({
      timeout: 60_000
    });
  } finally {
    await request.delete(`${api}/deployments/first`);
    await request.delete(`${api}/instance-types/half`);
  }

  await go('Audit log');
  const log = tab.getByRole('table', { name: 'Audit log' });
  await expect(log).toContainText('deleted group lab');
  await expect(log).toContainText('changed group lab');
  await tab.getByLabel('Outcome').selectOption('refused');
  await expect(log).not.toContainText('deleted group lab');
  await expect(log.locator('.pd-mod-refused')).not.toHaveCount(0);
  const saved = page.waitForEvent('download');
  await tab.getByRole('button', { name: 'CSV' }).click();
  expect((await saved).suggestedFilename()).toMatch(/^audit-.*\.csv$/);
  await expectAccessible(page);
});
