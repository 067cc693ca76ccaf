import { spawn } from 'node:child_process';

import { openPanel } from '../tests/places';
import { WORLD, kubectl } from './kubectl';
import { SOON, expect, lookAt, test } from './stage';

test.use({ viewport: { width: 1280, height: 900 } });

const { research } = WORLD.namespaces;

/** Ends the API server until the returned function is called, which resolves once it is there again. */
async function endApiServer(): Promise<() => Promise<void>> {
  const outage = spawn('python', ['-m', 'tests.cluster.outage'], {
    cwd: '../..',
    stdio: ['pipe', 'pipe', 'inherit']
  });
  const over = new Promise<void>((resolve, reject) =>
    outage.on('exit', code =>
      code === 0 ? resolve() : reject(new Error(`outage: exit ${code}`))
    )
  );
  await Promise.race([
    new Promise(resolve => outage.stdout.once('data', resolve)),
    over
  ]);
  return () => {
    outage.stdin.end();
    return over;
  };
}

test('what kubectl made is there, and stays with its time while the API server is away', async ({
  page
}) => {
  test.setTimeout(360_000);
  const app = await openPanel(page, { view: 'deployments' }, 300);
  const look = lookAt(page, app, 'grid');
  await expect(app.getByText('No deployments yet')).toBeVisible(SOON);
  kubectl(
    null,
    ...['create', 'deployment', 'by-hand', '-n', research],
    ...['--image', WORLD.image, '--replicas', '1']
  );
  const row = app.locator('[data-deployment="by-hand"]');
  await expect(row.locator('.pd-mod-Deployed').first()).toBeVisible(SOON);
  await expect(row).toContainText('kubectl');
  await look('elsewhere');

  const bringBack = await endApiServer();
  try {
    const banner = app.locator('.pd-Banner');
    await expect(banner).toContainText('The cluster can’t be reached', SOON);
    await expect(banner).toContainText(/as of \d/);
    // Once, and the rest for those who ask.
    const words = (await banner.innerText()).match(/be reached|no connection/g);
    expect(words).toEqual(["be reached"]);
    await banner.getByText("Technical details").click();
    await expect(banner).toContainText("no connection to https://");
    await expect(row).toBeVisible();
    await look('away');
  } finally {
    await bringBack();
  }
  await expect(app.locator('.pd-Banner')).toHaveCount(0, SOON);
  kubectl(
    null,
    ...['scale', 'deployment', 'by-hand', '-n', research, '--replicas', '2']
  );
  await expect(row).toContainText('2/2 ready', SOON);
});
