import { command, confirm, press, tab } from '../tests/clicks';
import { openTab } from '../tests/places';
import { WORLD, seen } from './kubectl';
import { SOON, expect, lookAt, statusOf, test } from './stage';

interface IPods {
  items: {
    metadata: { name: string };
    spec: {
      containers: { image: string }[];
      imagePullSecrets?: { name: string }[];
    };
  }[];
}

test.use({ viewport: { width: 1280, height: 900 } });

// A sentence of its own, or a part of one.
const ANY_CASE = { ignoreCase: true };

test('an image: its name is wrong, is mended, serves, and is gone, by clicks alone', async ({
  page
}) => {
  test.setTimeout(360_000);
  const app = await openTab(page, { view: 'create' });
  const look = lookAt(page, app, 'image');
  const form = app.locator('.pd-DeployForm');
  const status = statusOf(app);
  const pods = () =>
    seen<IPods>('research', 'pods', '-l', 'primehub-deploy.io/part=replica');
  const wrong = `${WORLD.registry}/web:absent`;
  const words = `image '${wrong}' was not found in its registry`;
  const right = `${WORLD.registry}/web:1`;

  await test.step('what the group may use is what its namespace may', async () => {
    const room = form.getByRole('region', { name: 'Resources of Research' });
    await expect(room).toContainText('of 8 cores', SOON);
    await expect(room).toContainText('of 16 GiB');
    await expect(room).toContainText('of 10');
  });

  await test.step('create from an image that is not in its registry', async () => {
    await form.getByText('Image', { exact: true }).click();
    await form.getByLabel('Model Image').fill(wrong);
    await form.getByLabel('Deployment Name').fill('Web');
    await form.getByLabel('Customize the ID').check();
    await form.getByLabel('Deployment ID', { exact: true }).fill('web');
    await form.getByLabel('Image Pull Secret').selectOption('registry');
    await expect(form.getByText(/is available/)).toBeVisible();
    await press(form, 'Deploy');
  });

  await test.step('it is tried before anything is recorded, and the form says why not', async () => {
    await expect(form.locator('.pd-TrialBox')).toContainText(words, SOON);
    expect(pods().items).toEqual([]);
    await form.getByLabel(/^Deploy without trying/).check();
    await press(form, 'Deploy');
  });

  await test.step('the reason is on screen, while it is tried and once it is given up', async () => {
    const pending = app.locator('.pd-Pending');
    await expect(pending).toContainText('its image cannot be pulled', SOON);
    await expect(pending).toContainText(words, ANY_CASE);
    await expect(
      app.getByRole('list', { name: 'Steps of revision 1' })
    ).toContainText('Pulling');
    const [pod] = pods().items;
    expect(pod!.spec.containers[0]!.image).toBe(wrong);
    expect(pod!.spec.imagePullSecrets).toEqual([{ name: 'registry' }]);
    await expect(status).toContainText('Failed', SOON);
    await expect(app.locator('.pd-DetailHead')).toContainText(words, ANY_CASE);
    await look('failed');
  });

  await test.step('mended by an update', async () => {
    await press(app.locator('.pd-Pending'), 'Update it');
    await expect(form.getByLabel('Model Image')).toHaveValue(wrong);
    await form.getByLabel('Model Image').fill(right);
    const changes = form.getByRole('region', { name: 'What changes' });
    await expect(changes).toContainText(`${wrong} → ${right}`);
    await press(form, 'Confirm and Deploy');
    await expect(status).toContainText('Deployed', SOON);
    const facts = app.getByRole('tabpanel', { name: 'Information' });
    await expect(facts).toContainText(right);
    await look('deployed');
  });

  await test.step('two replicas; one of them started again', async () => {
    await command(app, 'Scale');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Replicas').fill('2');
    await press(dialog, 'Scale to 2 replicas');
    const replicas = app.locator('.pd-Replica');
    await expect(app.locator('.pd-Replica.pd-mod-ready')).toHaveCount(2, SOON);
    await expect(replicas).toHaveCount(2);
    const names = () => replicas.locator('.pd-Replica-name').allTextContents();
    const [first, second] = await names();
    await press(app, `Restart replica ${first}`);
    await expect.poll(names, SOON).not.toContain(first);
    expect(await names()).toContain(second);
    await expect(app.locator('.pd-Replica.pd-mod-ready')).toHaveCount(2, SOON);
  });

  await test.step('ask it, and read what its containers printed', async () => {
    await tab(app, 'Try it');
    await app.locator('.pd-Request textarea').fill('{}');
    await press(app, 'Send');
    // It is asked, from outside of the cluster; this image answers GET alone.
    await expect(
      app.getByRole('region', { name: /^Answer of/ })
    ).toContainText('501', SOON);
    await tab(app, 'Logs');
    const log = app.getByRole('tabpanel', { name: 'Logs' });
    await expect(log.getByText('serving on port 9000').first()).toBeVisible(SOON);
    await expect(log.getByText('12 features are fresh').first()).toBeVisible();
    await look('logs');
    await log.getByLabel('Container').selectOption('features');
    await expect(log.getByText('serving on port 9000')).toHaveCount(0);
    await expect(log.getByText('12 features are fresh').first()).toBeVisible();
  });

  await test.step('what the cluster told, and what changed', async () => {
    await tab(app, 'Events');
    const events = app.getByRole('tabpanel', { name: 'Events' });
    await expect(events).toContainText('web:1', SOON);
    await tab(app, 'History');
    await expect(app.locator('[data-revision="1"]')).toContainText('Failed');
    await app.getByLabel('Compare revision 1', { exact: true }).check();
    await app.getByLabel('Compare revision 2', { exact: true }).check();
    await press(app, 'Compare 1 and 2');
    await expect(app.getByRole('region', { name: 'Model' })).toContainText(wrong);
    await look('diff');
  });

  await test.step('stopped, started, and gone with all that was its own', async () => {
    await command(app, 'Stop');
    await confirm(page, 'Stop');
    await expect(status).toContainText('Stopped', SOON);
    await command(app, 'Start');
    await confirm(page, 'Start');
    await expect(status).toContainText('Deployed', SOON);
    await command(app, 'Delete');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').fill('Web');
    await press(dialog, 'Delete');
    const left = () =>
      seen<IPods>(
        'research',
        'deployments,services,controllerrevisions,pods',
        ...['-l', 'primehub-deploy.io/deployment=web']
      ).items.length;
    await expect.poll(left, SOON).toBe(0);
  });
});
