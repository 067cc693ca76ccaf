import { press } from '../tests/clicks';
import { openPanel } from '../tests/places';
import { WORLD, kubectl } from './kubectl';
import { SOON, expect, lookAt, statusOf, test } from './stage';

test.use({
  baseURL: process.env['PD_UI_BOB_URL'],
  viewport: { width: 1280, height: 900 }
});

test('who lacks a right reads which, and what an administrator applies; then it works', async ({
  page
}) => {
  test.setTimeout(300_000);
  const app = await openPanel(page, { view: 'deployments' }, 360);
  const look = lookAt(page, app, 'rights');

  // Of alice's group, whose namespace his server is told of too, he sees nothing.
  const lacking = app.locator('.pd-Lacking');
  await expect(lacking).toContainText("does not let 'bob'", SOON);
  await expect(lacking).toContainText(WORLD.namespaces.sales);
  await expect(app.locator('.pd-Overview')).not.toContainText('Research');
  await expect(app).not.toContainText(WORLD.namespaces.research);
  await lacking.locator('summary').click();
  await expect(lacking).toContainText('kind: RoleBinding');
  await look('grid');

  await press(app, 'Create Deployment');
  const form = app.locator('.pd-DeployForm');
  await form.getByText('Image', { exact: true }).click();
  await form.getByLabel('Model Image').fill(WORLD.image);
  await form.getByLabel('Deployment Name').fill('Stocks');
  await press(form, 'Deploy');
  const refusal = form.locator('.pd-Refusal');
  await expect(refusal).toContainText("does not let 'bob'", SOON);
  await look('refused');

  // What is copied from the screen is what the administrator applies.
  const yaml = await refusal.locator('pre').innerText();
  kubectl(yaml, 'apply', '-f', '-');
  await expect(async () => {
    // What was sent may be granted a moment after it was looked at.
    if (await form.isVisible()) {
      await press(form, 'Deploy');
    }
    await expect(statusOf(app)).toBeVisible({ timeout: 10_000 });
  }).toPass(SOON);
  await expect(statusOf(app)).toContainText('Deployed', SOON);
  await press(app, 'Back');
  await expect(app.locator('[data-deployment]')).toContainText('Stocks');
});
