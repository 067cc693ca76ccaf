import { execFileSync } from 'node:child_process';

import { command, confirm, press, tab } from '../tests/clicks';
import { call } from '../tests/callers';
import { openPanel } from '../tests/places';
import { seen } from './kubectl';
import { SOON, expect, lookAt, statusOf, test } from './stage';

test.use({ viewport: { width: 1280, height: 900 } });

/** As a notebook saves them: one that the image has other libraries for, and one that can't be loaded. */
const MODELS = `
import sys
import numpy as np
from sklearn.naive_bayes import GaussianNB
from primehub_deploy_ext import connect
from primehub_deploy_ext.client import connection

class Talkative:
    def __init__(self, model):
        self.model = model
    def predict(self, X):
        print("asked for", len(X), "rows")
        return self.model.predict(X)

class Broken(Talkative):
    def __setstate__(self, state):
        raise FileNotFoundError("weights.bin is not there")

X = np.array([[0.0], [1.0], [2.0], [3.0]])
trained = GaussianNB().fit(X, [0, 0, 1, 1])
here = connect(sys.argv[1])
here.save_model(Talkative(trained), "Flowers", example=X[:2])
here.save_model(Broken(trained), "Broken flowers", example=X[:2])
`;

/** Where pods call a deployment, and this machine may too. */
function addressOf(id: string): { ip: string; path: string } {
  const { spec } = seen<{ spec: { clusterIP: string } }>(
    'research',
    'service',
    id
  );
  return { ip: spec.clusterIP, path: `/deployment/${id}/` };
}

test.beforeAll(() => {
  execFileSync('python', ['-c', MODELS, process.env['PD_UI_ALICE_URL']!], {
    env: { ...process.env, PYTHONPATH: `${process.cwd()}/../..` }
  });
});

test('a stored model in a narrow panel: tried, served, broken, rolled back', async ({
  page
}) => {
  test.setTimeout(360_000);
  const app = await openPanel(page, { view: 'create' }, 300);
  const look = lookAt(page, app, 'model');
  const form = app.locator('.pd-DeployForm');
  const status = statusOf(app);

  await test.step('create; the model is tried on the cluster first', async () => {
    await form.getByLabel(/^Flowers v\d/).first().click();
    await form.getByLabel('Deployment Name').fill('Flowers');
    await form.getByLabel('Customize the ID').check();
    await form.getByLabel('Deployment ID', { exact: true }).fill('flowers');
    await expect(form.getByText(/is available/)).toBeVisible();
    await look('create');
    await press(form, 'Deploy');
    await expect(status).toContainText('Deploying', SOON);
    await expect(
      app.getByRole('list', { name: 'Steps of revision 1' })
    ).toContainText('Loading', SOON);
    await page.screenshot({
      path: 'test-results/looks/kubernetes/model-deploying.png'
    });
    await expect(status).toContainText('Deployed', SOON);
    await look('deployed');
  });

  await test.step('it answers, and what it printed is there', async () => {
    await tab(app, 'Try it');
    await press(app, 'Send');
    await expect(
      app.getByRole('region', { name: 'Answer of revision 1' })
    ).toContainText('200 OK', SOON);
    await look('try');
    await tab(app, 'Logs');
    const log = app.getByRole('tabpanel', { name: 'Logs' });
    await expect(log.getByText('asked for 2 rows').first()).toBeVisible(SOON);
    await look('logs');
  });

  await test.step('a model that can not be loaded: its own words, and the old one serves', async () => {
    await command(app, 'Update');
    await press(form, 'Change model');
    await form.getByLabel(/^Broken flowers v\d/).first().click();
    await form.getByLabel(/^Deploy without trying/).check();
    await press(form, 'Confirm and Deploy');
    await expect(status).toContainText(/update failed/i, SOON);
    await expect(app.locator('.pd-DetailHead')).toContainText(
      'weights.bin is not there'
    );
    await look('update-failed');
  });

  await test.step('back to what served', async () => {
    await tab(app, 'History');
    await app.getByLabel('Compare revision 1', { exact: true }).check();
    await app.getByLabel('Compare revision 2', { exact: true }).check();
    await press(app, 'Compare 1 and 2');
    await press(app, 'Roll back to revision 1');
    await confirm(page, 'Roll back');
    const row = app.locator('[data-revision="3"]');
    await expect(row).toContainText('3 = rollback to 1', SOON);
    await expect(row).toContainText('serving', SOON);
    await expect(status).not.toContainText(/update failed/i, SOON);
    await look('history');
  });

  await test.step('private: from outside of the cluster only with the token that is shown once', async () => {
    const { ip, path } = addressOf('flowers');
    const dialog = page.getByRole('dialog');
    await tab(app, 'Access');
    await press(app, 'Make it private…');
    await press(dialog, 'Make it private');
    await expect(
      dialog.getByRole('heading', { name: /^Token of / })
    ).toBeVisible(SOON);
    await look('token');
    const token = await dialog.locator('.pd-Snippet pre').first().innerText();
    await press(dialog, 'I have stored it');
    const url = `http://${ip}${path}v2/models/flowers`;
    const status = async (given?: string) =>
      (await call(url, undefined, given)).status;
    await expect.poll(() => status(), SOON).toBe(401);
    expect(await status(token)).toBe(200);
    await look('access');
  });
});
