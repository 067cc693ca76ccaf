const base = require('@jupyterlab/galata/lib/playwright-config');
const { freePort } = require('./ports');

// Workers read this file again and inherit the environment: the ports stay the same.
const ports = {
  scripted: (process.env.PD_UI_SCRIPTED_PORT ??= freePort()),
  engine: (process.env.PD_UI_ENGINE_PORT ??= freePort())
};
process.env.PD_UI_ENGINE_URL = `http://localhost:${ports.engine}`;

/** A JupyterLab of its own: behind the panel a scripted REST API, or the real one with its engine. */
const server = kind => ({
  command:
    'exec jupyter lab --config jupyter_server_test_config.py --allow-root',
  env: { PD_UI_SERVER: kind, PD_UI_PORT: ports[kind] },
  url: `http://localhost:${ports[kind]}/lab`,
  timeout: 120_000,
  reuseExistingServer: false,
  gracefulShutdown: { signal: 'SIGTERM', timeout: 10_000 }
});

module.exports = {
  ...base,
  testDir: 'tests',
  // They end what hangs, and say nothing about how fast anything is: two busy cores take their time.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  // The tests share the server and the list it answers from.
  workers: 1,
  // A browser on a busy machine may be late for once; what fails twice more is broken.
  retries: process.env.CI ? 2 : 0,
  reporter: [['list']],
  use: {
    ...base.use,
    baseURL: `http://localhost:${ports.scripted}`,
    viewport: { width: 1280, height: 800 },
    // Recording video needs playwright's own ffmpeg, which Debian's Chromium doesn't bring.
    video: 'off',
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH || '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-dev-shm-usage']
    }
  },
  webServer: [server('scripted'), server('engine')]
};
