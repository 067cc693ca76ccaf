import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jupyterlab/galata';
import type { Locator, Page } from '@playwright/test';

import { expectAccessible } from './accessible';

const run = promisify(execFile);

test.use({
  baseURL: process.env['PD_UI_ENGINE_URL'],
  viewport: { width: 1160, height: 760 }
});

/** What a notebook does to the deployment, in a process of its own. */
const notebook = async (step: 'create' | 'retrain' | 'break', id: string) => {
  const env = { ...process.env, PRIMEHUB_DEPLOY_URL: address() };
  await run('python', ['model_life.py', step, id], { env });
};

const address = () => `${process.env['PD_UI_ENGINE_URL']}/`;

async function open(page: Page, id: string, tab: string): Promise<Locator> {
  await page.sidebar.close('left');
  await page.evaluate(
    place =>
      window.jupyterapp.commands.execute('primehub-deploy:open-place', place),
    { view: 'deployment', id, tab }
  );
  return page.locator('.jp-MainAreaWidget:not(.lm-mod-hidden) .pd-App');
}

const press = (root: Locator, name: string | RegExp) =>
  root.getByRole('button', { name, exact: true }).click();

/** How the request is written, not how the answer is shown. */
const written = (root: Locator): Locator =>
  root.getByRole('group', { name: 'How the request is written' });

async function look(page: Page, root: Locator, name: string): Promise<void> {
  await root.screenshot({ path: `test-results/looks/trial/${name}.png` });
  await expectAccessible(page);
}

test('a request is typed, sent, kept, compared, and runs as the code that is shown', async ({
  page,
  request,
  baseURL
}) => {
  test.setTimeout(180_000);
  const id = 'who-stays-try';
  try {
    await notebook('create', id);
    await notebook('retrain', id);
    const app = await open(page, id, 'try');

    // The form is that of the model.
    await expect(app.getByLabel('age, row 1')).toHaveValue(/^\d+$/);
    await expect(
      app.getByRole('columnheader', { name: /income/ })
    ).toContainText(/seen: \d/);
    await app.getByLabel('age, row 1').fill('forty');
    await expect(app.getByText('must be a whole number')).toBeVisible();
    await expect(
      app.getByRole('button', { name: 'Send', exact: true })
    ).toBeDisabled();
    await look(page, app, 'try-invalid');
    await app.getByLabel('age, row 1').fill('40');
    await app.getByLabel('city, row 1').fill("Val-d'Isère");
    await press(app, 'Send');
    const second = app.getByRole('region', { name: 'Answer of revision 2' });
    await expect(second).toContainText('200 OK');
    await expect(second.getByRole('table')).toContainText(/0\.\d+/);

    // Fields and text are one request.
    await press(written(app), 'JSON');
    const text = app.getByRole('textbox', { name: /^Request/ });
    await expect(text).toHaveValue(/Val-d'Isère/);
    await text.fill('{"inputs": ');
    await expect(app.getByText(/^Line 1:/)).toBeVisible();
    await app.getByLabel('Begin with').selectOption('last');
    await expect(app.getByLabel('age, row 1')).toHaveValue('40');

    // Kept under a name.
    await press(app, 'Save…');
    await page.getByRole('dialog').getByLabel('Name').fill('From the Alps');
    await press(page.getByRole('dialog'), 'Save');
    await expect(app.getByLabel('Begin with')).toHaveValue(
      'named:From the Alps'
    );

    // Two revisions beside each other.
    await app.getByLabel('Compare with').selectOption('1');
    await press(app, 'Send');
    await expect(
      app.getByRole('region', { name: 'Answer of revision 1' })
    ).toContainText('with loading the model', { timeout: 60_000 });
    const difference = app.getByRole('region', {
      name: 'Difference of the answers'
    });
    await expect(difference).toContainText(/of 2 values differ/);
    await expect(difference.locator('.pd-Comparison-delta').first()).toHaveText(
      /[+−]\d/
    );
    await look(page, app, 'try-compared');

    // What the model says against it.
    await press(written(app), 'JSON');
    await text.fill((await text.inputValue()).replace('"city"', '"town"'));
    await app.getByLabel('Compare with').selectOption('');
    await press(app, 'Send');
    await expect(app.getByRole('alert')).toContainText(
      "column 'city' is missing"
    );
    await look(page, app, 'try-refused');
    await app.getByLabel('Begin with').selectOption('named:From the Alps');

    // The code that is shown does the same.
    await app.getByText('This request as code').click();
    const code = app.locator('.pd-Example pre');
    const snippet = async (tab: string, protocol?: string) => {
      await app.getByRole('tab', { name: tab }).click();
      if (protocol) {
        await app.getByRole('radio', { name: protocol }).check();
      }
      return code.innerText();
    };
    const sent = await request.post(
      `${baseURL}/primehub-deploy/v1/deployments/${id}:predict`,
      { data: JSON.parse((await inputOf(app)) ?? '') as object }
    );
    const { body } = (await sent.json()) as {
      body: { outputs: { data: number[] }[] };
    };
    const expected = body.outputs[0]!.data;
    const shell = JSON.parse(
      execFileSync('bash', ['-c', await snippet('curl')], { encoding: 'utf8' })
    ) as typeof body;
    expect(shell.outputs[0]!.data).toEqual(expected);
    const seldon = JSON.parse(
      execFileSync(
        'bash',
        ['-c', await snippet('curl', 'Seldon protocol v1')],
        { encoding: 'utf8' }
      )
    ) as { data: { ndarray: number[] } };
    expect(seldon.data.ndarray).toEqual(expected);
    const last = (program: string) =>
      program.replace(/\n(?=[^\n ]+$|model\.predict.*$)/, '\n_ = ') +
      '\nimport json; print(json.dumps(_ if isinstance(_, dict) else list(map(float, _))))';
    const python = async (program: string) =>
      JSON.parse(
        (
          await run('python', ['-c', last(program)], {
            env: { ...process.env, PRIMEHUB_DEPLOY_URL: address() }
          })
        ).stdout
      ) as unknown;
    expect(
      ((await python(await snippet('Python (requests)'))) as typeof body)
        .outputs[0]!.data
    ).toEqual(expected);
    expect(await python(await snippet('Python (our client)'))).toEqual(
      expected
    );
    await look(page, app, 'try-code');
    const program = await snippet('JavaScript (fetch)');
    const script = program.replace(
      /console\.log\((.*)\);$/,
      'console.log(JSON.stringify($1));'
    );
    const { stdout } = await run('node', ['--input-type=module', '-e', script]);
    expect((JSON.parse(stdout) as typeof body).outputs[0]!.data).toEqual(
      expected
    );

    // Stopped, a revision can be asked anyway.
    await request.post(`${baseURL}/primehub-deploy/v1/deployments/${id}:stop`, {
      data: {}
    });
    await expect(
      app.getByText('It is stopped: callers get an error', { exact: true })
    ).toBeVisible({ timeout: 60_000 });
    await press(app, 'Send');
    await expect(app.locator('.pd-Answer')).toContainText(
      'with loading the model',
      { timeout: 60_000 }
    );
  } finally {
    await request.delete(`${baseURL}/primehub-deploy/v1/deployments/${id}`);
  }
});

/** The request that is written, as JSON text. */
async function inputOf(app: Locator): Promise<string> {
  await press(written(app), 'JSON');
  const text = await app
    .getByRole('textbox', { name: /^Request/ })
    .inputValue();
  await press(written(app), 'Form');
  return text;
}

test('an update that fails is understood, compared, and rolled back by clicks', async ({
  page,
  request,
  baseURL
}) => {
  test.setTimeout(180_000);
  const id = 'who-stays-history';
  try {
    await notebook('create', id);
    const app = await open(page, id, 'history');
    const row = (number: number) => app.locator(`[data-revision="${number}"]`);
    await expect(row(1)).toContainText('Succeeded');
    await expect(row(1)).toContainText('serving');
    await notebook('retrain', id);
    await expect(row(2)).toContainText('Succeeded', { timeout: 60_000 });
    await expect(row(2)).toContainText('calmer');
    await notebook('break', id);
    await expect(row(3)).toContainText('Failed', { timeout: 60_000 });
    await expect(row(2)).toContainText('serving');
    await look(page, app, 'history-list');

    // Why it failed.
    await press(app, 'View revision 3');
    const why = app.getByRole('region', { name: 'Why revision 3 failed' });
    await expect(why).toContainText('weights.bin is not there');
    await expect(why.locator('pre')).toContainText('loading weights');
    await expect(why.locator('pre')).not.toContainText('[33m');
    await expect(why.locator('.pd-PostMortem-events li')).not.toHaveCount(0);
    await look(page, app, 'history-view');
    await press(app, 'Back to the history');

    // What tells it from the one that serves, and from the first.
    await press(app, 'Compare revision 3 with the serving one');
    await expect(app.getByRole('region', { name: 'Artifact' })).toContainText(
      'SHA-256'
    );
    await expect(app.getByRole('region', { name: 'Model' })).toContainText(
      'Broken'
    );
    await look(page, app, 'history-diff-3');
    await press(app, 'Back to the history');
    await app.getByLabel('Compare revision 1', { exact: true }).check();
    await app.getByLabel('Compare revision 2', { exact: true }).check();
    await press(app, 'Compare 1 and 2');
    await look(page, app, 'history-diff');

    // Back, inside the comparison.
    await press(app, 'Roll back to revision 1');
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('4 = rollback to 1');
    await expect(dialog).toContainText('revision 2 goes on serving');
    await page.screenshot({
      path: 'test-results/looks/trial/rollback.png'
    });
    await expectAccessible(page);
    await dialog.getByLabel(/^Update message/).fill('the first was right');
    await press(dialog, 'Roll back');
    await expect(row(4)).toContainText('4 = rollback to 1');
    await expect(row(4)).toContainText('the first was right');
    await expect(row(4)).toContainText('Succeeded', { timeout: 60_000 });
    await expect(row(4)).toContainText('serving');

    // What failed is still told.
    await press(app, 'View revision 3');
    await expect(why).toContainText('weights.bin is not there');
    await press(app, 'Back to the history');
    await app.getByLabel('Which revisions').selectOption('failed');
    await expect(app.locator('[data-revision]')).toHaveCount(1);
    await app.getByLabel('Filter the history').fill('nothing like it');
    await expect(app.getByText('No revision matches the filter')).toBeVisible();
  } finally {
    await request.delete(`${baseURL}/primehub-deploy/v1/deployments/${id}`);
  }
});
