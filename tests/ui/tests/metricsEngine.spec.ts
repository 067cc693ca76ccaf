import { execFileSync } from 'node:child_process';
import { expect, test } from '@jupyterlab/galata';

const ID = 'measured-one';
const FEEDBACK = 100;

test.use({
  baseURL: process.env['PD_UI_ENGINE_URL'],
  viewport: { width: 1440, height: 1300 }
});

test('what was sent is what the charts say', async ({
  page,
  request,
  baseURL
}) => {
  test.setTimeout(150_000);
  const api = `${baseURL}/primehub-deploy/v1`;
  const { data, model } = JSON.parse(
    execFileSync('python', ['model_artifact.py'], { encoding: 'utf8' })
  ) as { data: string; model: { artifact: string } };
  await request.put(`${api}/artifacts/${model.artifact}`, {
    data: Buffer.from(data, 'base64')
  });
  const created = await request.post(`${api}/deployments`, {
    data: { id: ID, name: 'Measured', model }
  });
  expect(created.status()).toBe(201);
  try {
    const { endpoint } = (await created.json()) as { endpoint: string };
    const state = async (): Promise<string> => {
      const answer = await request.get(`${api}/deployments/${ID}`);
      const { status } = (await answer.json()) as { status: { phase: string } };
      return status.phase;
    };
    await expect.poll(state, { timeout: 60_000 }).toBe('Deployed');

    await page.evaluate(
      id =>
        window.jupyterapp.commands.execute('primehub-deploy:open-place', {
          view: 'deployment',
          id,
          tab: 'metrics'
        }),
      ID
    );
    const view = page.locator('.pd-App.pd-mod-tab .pd-Metrics');
    await expect(view.getByText('No traffic yet')).toBeVisible();
    await expect(view.locator('.pd-NoTraffic pre')).toContainText('curl');

    const send = async (path: string, body: object, expected: number) => {
      const answer = await request.post(endpoint + path, { data: body });
      expect(answer.status()).toBe(expected);
    };
    const predictions = 'api/v1.0/predictions';
    const good = { data: { ndarray: [[0]] } };
    for (let count = 0; count < 50; count += 1) {
      await send(predictions, good, 200);
    }
    for (let count = 0; count < 4; count += 1) {
      await send(predictions, { nonsense: 1 }, 400);
    }
    for (let count = 0; count < FEEDBACK; count += 1) {
      await send('api/v1.0/feedback', { reward: count % 10 < 3 ? 1 : 0 }, 200);
    }
    // What is measured of replicas is read from them: wait until it was, then take them away.
    const figures = (chart: string) =>
      view.locator(`[data-chart="${chart}"] .pd-Chart-figures`);
    await expect(figures('reward')).toContainText('mean of 100 rewards', {
      timeout: 60_000
    });
    await request.post(`${api}/deployments/${ID}:stop`, { data: {} });
    await expect.poll(state, { timeout: 60_000 }).toBe('Stopped');
    for (let count = 0; count < 6; count += 1) {
      await send(predictions, good, 503);
    }

    await expect(figures('qps')).toContainText('60 requests in 15 min', {
      timeout: 60_000
    });
    await expect(figures('success')).toHaveText(/^90 %/);
    await expect(figures('client_errors')).toHaveText(/^4 400 × 4/);
    await expect(figures('server_errors')).toHaveText(/^6 503 × 6/);
    await expect(figures('reward')).toHaveText(/^0\.3 /);
    await expect(figures('latency')).toHaveText(
      // A fast machine answers in microseconds.
      /^[\d.]+ (µs|ms|s) p50.*[\d.]+ (µs|ms|s) p95.*[\d.]+ (µs|ms|s) p99 in 15 min$/
    );
    await expect(view.locator('.pd-Chart canvas')).toHaveCount(9);
    await view.getByText(/events? on the time axis/).click();
    await expect(view.locator('.pd-MarkList')).toContainText('Stop');
    await page.screenshot({ path: 'test-results/looks/metrics-engine.png' });

    const download = page.waitForEvent('download');
    await view.getByRole('button', { name: 'CSV' }).click();
    expect((await download).suggestedFilename()).toBe(`${ID}-15m.csv`);
  } finally {
    await request.delete(`${api}/deployments/${ID}`);
  }
});
