import { execFileSync } from 'node:child_process';
import { expect, test } from '@jupyterlab/galata';
import type { APIRequestContext, Locator, Page } from '@playwright/test';

import { expectAccessible } from './accessible';
import { Callers, IAnswer, call } from './callers';
import { PANEL_ID, panelOf } from './scripted';

interface IArtifact {
  data: string;
  model: { artifact: string };
}

interface IReplica {
  name: string;
  pid: number | null;
  step: string;
  attempt: number;
}

/** What is here asked of a deployment. */
const ROW = {
  inputs: [{ name: 'x', shape: [1, 1], datatype: 'FP64', data: [0] }]
};

/** Replicas are processes, and the machine may be busy. */
const SOON = { timeout: 90_000 };

const api = `${process.env['PD_UI_ENGINE_URL']}/primehub-deploy/v1`;

test.use({
  baseURL: process.env['PD_UI_ENGINE_URL'],
  viewport: { width: 1280, height: 900 }
});

test.beforeEach(async ({ page }) => {
  test.setTimeout(240_000);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
});

/** A deployment that serves, shown in a tab of the main area. */
async function serving(
  page: Page,
  request: APIRequestContext,
  id: string,
  name: string,
  replicas = 1
): Promise<{ app: Locator; infer: string; endpoint: string }> {
  const { data, model } = JSON.parse(
    execFileSync('python', ['model_artifact.py'], { encoding: 'utf8' })
  ) as IArtifact;
  await request.put(`${api}/artifacts/${model.artifact}`, {
    data: Buffer.from(data, 'base64')
  });
  const created = await request.post(`${api}/deployments`, {
    data: { id, name, model, replicas }
  });
  expect(created.status()).toBe(201);
  const { endpoint } = (await created.json()) as { endpoint: string };
  await page.sidebar.openTab(PANEL_ID);
  const panel = panelOf(page);
  await panel.getByRole('button', { name, exact: true }).click();
  await panel.getByRole('button', { name: 'Open as a tab' }).click();
  await page.sidebar.close('left');
  const app = page.locator('.jp-MainAreaWidget:not(.lm-mod-hidden) .pd-App');
  await expect(app.locator('.pd-DetailHead-status')).toContainText(
    'Deployed',
    SOON
  );
  return { app, endpoint, infer: `${endpoint}v2/models/${id}/infer` };
}

const press = (root: Page | Locator, name: string) =>
  root.getByRole('button', { name, exact: true }).click();

const head = (app: Locator) => app.getByRole('group', { name: 'Actions' });

const status = (app: Locator) => app.locator('.pd-DetailHead-status');

const tab = (app: Locator, name: string) =>
  app.getByRole('tab', { name, exact: true }).click();

/** Until callers are answered so; the gateway has its routes from a file. */
const expectAnswer = (
  ask: () => Promise<IAnswer>,
  status: number
): Promise<void> =>
  expect.poll(async () => (await ask()).status, SOON).toBe(status);

test('a private endpoint answers its clients, each until it is revoked', async ({
  page,
  request
}) => {
  const id = 'kept-private';
  try {
    const { app, infer } = await serving(page, request, id, 'Kept private');
    const looks = (name: string) =>
      page.screenshot({ path: `test-results/looks/access/${name}.png` });
    const dialog = page.getByRole('dialog');
    /** The token that is shown, as the button beside it copies it. */
    const token = async (): Promise<string> => {
      const snippet = dialog.locator('.pd-Snippet').first();
      await snippet.getByRole('button', { name: 'Copy', exact: true }).click();
      await expect(
        snippet.getByRole('button', { name: 'Copied', exact: true })
      ).toBeVisible();
      const text = await page.evaluate(() => navigator.clipboard.readText());
      await expect(snippet.locator('pre')).toHaveText(text);
      return text;
    };

    const first =
      await test.step('made private, with a first client', async () => {
        expect((await call(infer, ROW)).status).toBe(200);
        await tab(app, 'Access');
        await press(app, 'Make it private…');
        await expect(dialog).toContainText('its token shown once');
        await press(dialog, 'Make it private');
        await expect(
          dialog.getByRole('heading', { name: /^Token of / })
        ).toBeVisible();
        await looks('token');
        await expectAccessible(page, 'dialog');
        const text = await token();
        // The dialog stays until its reader says that they have it.
        await page.keyboard.press('Escape');
        await expect(dialog).toBeVisible();
        const line = await dialog.locator('.pd-Snippet pre').last().innerText();
        await press(dialog, 'I have stored it');
        await expect(dialog).toHaveCount(0);
        await expect(app.getByText('Private.', { exact: true })).toBeVisible();
        expect(await page.content()).not.toContain(text);
        await expectAnswer(() => call(infer, ROW), 401);
        expect((await call(infer, ROW, text)).status).toBe(200);
        expect((await call(infer, ROW, 'not-the-token')).status).toBe(401);
        // The command that was shown with it works as it is.
        execFileSync('bash', ['-c', line.replace('curl ', 'curl --fail ')]);
        return text;
      });

    const second = await test.step('a second client, with an end', async () => {
      const form = app.getByRole('form', { name: 'Add a client' });
      await form.getByLabel('Client name').fill('Not a name');
      await press(form, 'Add client');
      await expect(form).toContainText('lower-case letters');
      await form.getByLabel('Client name').fill('dashboard');
      await form.getByLabel('Expires').selectOption('in 30 days');
      await press(form, 'Add client');
      await expect(
        dialog.getByRole('heading', { name: 'Token of dashboard' })
      ).toBeVisible();
      const text = await token();
      await press(dialog, 'I have stored it');
      const row = app.getByRole('listitem').filter({ hasText: 'dashboard' });
      await expect(row).toContainText('never used');
      await expectAnswer(() => call(infer, ROW, text), 200);
      await expect(row).toContainText('last used', SOON);
      await expect(row).toContainText('expires');
      await looks('clients');
      await expectAccessible(page);
      return text;
    });

    await test.step('revoked, the first is out at once and the second stays', async () => {
      const clients = app.getByRole('list', { name: 'Clients' });
      const revoke = clients
        .getByRole('listitem')
        .filter({ hasNotText: 'dashboard' })
        .getByRole('button', { name: /^Revoke / });
      await revoke.click();
      await expect(dialog).toContainText('stops working at once');
      await press(dialog, 'Revoke');
      await expect(clients.getByRole('listitem')).toHaveCount(1);
      // What the page says is true: no waiting here.
      expect((await call(infer, ROW, first)).status).toBe(401);
      expect((await call(infer, ROW, second)).status).toBe(200);
    });

    await test.step('opened to all, with a warning before', async () => {
      await press(app, 'Open it to all…');
      await expect(dialog).toContainText('without a token');
      await press(dialog, 'Open it to all');
      await expect(app.getByText('Public.', { exact: true })).toBeVisible(SOON);
      await expectAnswer(() => call(infer, ROW), 200);
    });
  } finally {
    await request.delete(`${api}/deployments/${id}`);
  }
});

test('replicas come, go and come back, and callers notice nothing', async ({
  page,
  request
}) => {
  const id = 'many-hands';
  let callers: Callers | undefined;
  try {
    const { app, infer } = await serving(page, request, id, 'Many hands');
    const section = app.getByRole('region', { name: 'Replicas', exact: true });
    const row = (name: string) =>
      section.getByRole('listitem').filter({
        has: page.getByText(name, { exact: true })
      });
    const replicas = async (): Promise<IReplica[]> =>
      (
        (await (
          await request.get(`${api}/deployments/${id}/replicas`)
        ).json()) as { items: IReplica[] }
      ).items;
    const processOf = async (name: string): Promise<number | null> =>
      (await replicas()).find(one => one.name === name)?.pid ?? null;
    const looks = (name: string) =>
      page.screenshot({ path: `test-results/looks/replicas/${name}.png` });
    /** As the page tells it: each has a process that it names, and answers. */
    const expectReady = async (count: number) => {
      await expect(section).toContainText(`${count} of ${count} ready`, SOON);
      await expect(section.getByRole('listitem')).toHaveCount(count);
    };
    await expectReady(1);
    callers = new Callers(infer, ROW);

    await test.step('three instead of one', async () => {
      await press(head(app), 'Scale');
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox', { name: 'Replicas' }).fill('3');
      await press(dialog, 'Scale to 3 replicas');
      await expectReady(3);
      await looks('three');
    });

    await test.step('one that is killed from outside comes back', async () => {
      const before = await processOf('1-1');
      process.kill(before!, 'SIGKILL');
      await expect(row('1-1')).toContainText('1 restart', SOON);
      await expect(row('1-1')).toContainText('killed by SIGKILL');
      await expectReady(3);
      await expect(row('1-1')).not.toContainText(`process ${before}`);
      await looks('killed-outside');
      await expectAccessible(page);
    });

    await test.step('one is restarted by a click', async () => {
      const before = await processOf('1-0');
      await row('1-0')
        .getByRole('button', { name: 'Restart replica 1-0' })
        .click();
      await expect(row('1-0')).toContainText(/process \d+/, SOON);
      await expect(row('1-0')).not.toContainText(`process ${before}`, SOON);
      await expectReady(3);
    });

    await test.step('one is killed by a click, which is no crash', async () => {
      const before = await processOf('1-2');
      await row('1-2')
        .getByRole('button', { name: 'Kill replica 1-2' })
        .click();
      const dialog = page.getByRole('dialog');
      await expect(dialog).toContainText('requests that it is answering fail');
      await expect(dialog).not.toContainText('the only one that serves');
      await press(dialog, 'Kill');
      await expect(row('1-2')).not.toContainText(`process ${before}`, SOON);
      await expectReady(3);
      await expect(row('1-2')).not.toContainText('1 restart');
    });

    await test.step('all are restarted, one after the other', async () => {
      const before = (await replicas()).map(({ pid }) => pid);
      await press(head(app), 'Restart');
      await press(page.getByRole('dialog'), 'Restart');
      await expect
        .poll(
          async () =>
            (await replicas()).filter(
              ({ pid, step }) => step === 'ready' && !before.includes(pid)
            ).length,
          SOON
        )
        .toBe(3);
      await expectReady(3);
      for (const pid of before) {
        await expect(section).not.toContainText(`process ${pid}`);
      }
    });

    await test.step('and one is enough again', async () => {
      await press(head(app), 'Scale');
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox', { name: 'Replicas' }).fill('0');
      await expect(
        dialog.getByRole('button', { name: 'Scale', exact: true })
      ).toBeDisabled();
      await dialog.getByRole('textbox', { name: 'Replicas' }).fill('1');
      await press(dialog, 'Scale to 1 replica');
      await expectReady(1);
    });

    await callers.stop();
    expect(callers.answered).toBeGreaterThan(50);
    // The kills may take requests that were being answered with them, as the page said; nothing else.
    expect(callers.failures).toEqual([]);

    await test.step('what happened is among the events', async () => {
      await tab(app, 'Events');
      const events = app.getByRole('tabpanel', { name: 'Events' });
      await expect(events).toContainText('killed by SIGKILL');
      await looks('events');
    });
  } finally {
    await callers?.stop();
    await request.delete(`${api}/deployments/${id}`);
  }
});

test('stopped, its endpoint says so; deleted, it is nowhere', async ({
  page,
  request
}) => {
  const id = 'not-for-ever';
  const name = 'Not for ever';
  try {
    const { app, infer, endpoint } = await serving(page, request, id, name);
    const dialog = page.getByRole('dialog');
    await test.step('stop', async () => {
      await press(head(app), 'Stop');
      await expect(dialog).toContainText('Callers get an error that says so');
      await press(dialog, 'Stop');
      await expect(status(app)).toContainText('Stopped', SOON);
      const { status: code, body } = await call(infer, ROW);
      expect(code).toBe(503);
      expect(JSON.parse(body)).toMatchObject({ error: { code: 'stopped' } });
      await page.screenshot({
        path: 'test-results/looks/replicas/stopped.png'
      });
      await expectAccessible(page);
    });

    await test.step('start', async () => {
      await press(head(app), 'Start');
      await press(dialog, 'Start');
      await expect(status(app)).toContainText('Deployed', SOON);
      await expectAnswer(() => call(infer, ROW), 200);
    });

    await test.step('delete, by typing the name', async () => {
      await press(head(app), 'Delete');
      const remove = dialog.getByRole('button', {
        name: 'Delete',
        exact: true
      });
      await expect(dialog).toContainText(endpoint);
      await expect(remove).toBeDisabled();
      await dialog.getByRole('textbox').fill(name.toLowerCase());
      await expect(remove).toBeDisabled();
      await dialog.getByRole('textbox').fill(name);
      await remove.click();
      await expect(dialog).toHaveCount(0);
      await expect(app.getByText(`${name} is gone`)).toBeVisible(SOON);
      await expect(status(app)).not.toContainText('Deploying');
      await page.screenshot({
        path: 'test-results/looks/replicas/deleted.png'
      });
      await expectAccessible(page);
      await press(app, 'Show all deployments');
      await expect(app.getByText('No deployments yet')).toBeVisible(SOON);
      await expect(app.getByText(name)).toHaveCount(0);
      await expectAnswer(() => call(infer, ROW), 404);
    });
  } finally {
    await request.delete(`${api}/deployments/${id}`);
  }
});
