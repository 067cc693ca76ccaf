const { execFileSync } = require('node:child_process');
const base = require('@jupyterlab/galata/lib/playwright-config');

/** A port nobody listens on; asked of the system in a child, for this file must answer at once. */
function freePort() {
  const script =
    "const s=require('net').createServer().listen(0,'127.0.0.1',()=>{console.log(s.address().port);s.close()})";
  return execFileSync(process.execPath, ['-e', script], {
    encoding: 'utf8'
  }).trim();
}

// Workers read this file again and inherit the environment: the port stays the same.
const port = (process.env.PD_UI_SCRIPTED_PORT ??= freePort());
const url = `http://localhost:${port}`;

module.exports = {
  ...base,
  testDir: 'tests',
  // The tests share the server and the list it answers from.
  workers: 1,
  reporter: [['list']],
  use: {
    ...base.use,
    baseURL: url,
    viewport: { width: 1280, height: 800 },
    // Recording video needs playwright's own ffmpeg, which Debian's Chromium doesn't bring.
    video: 'off',
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH || '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-dev-shm-usage']
    }
  },
  webServer: {
    command:
      'exec jupyter lab --config jupyter_server_test_config.py --allow-root',
    env: { PD_UI_SERVER: 'scripted', PD_UI_PORT: port },
    url: `${url}/lab`,
    timeout: 120_000,
    reuseExistingServer: false,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 10_000 }
  }
};
