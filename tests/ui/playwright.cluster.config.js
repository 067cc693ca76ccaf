// What `tests/cluster/run.sh` runs: the browser of the tests on two servers with the Kubernetes engine, alice's and bob's.
const base = require('./playwright.config');
const { freePort } = require('./ports');

const world = JSON.parse(process.env.PD_UI_CLUSTER);
const { research, sales } = world.namespaces;

// Workers read this file again and inherit the environment: the ports stay the same.
const ports = {
  alice: (process.env.PD_UI_ALICE_PORT ??= freePort()),
  bob: (process.env.PD_UI_BOB_PORT ??= freePort())
};

/** A JupyterLab of somebody, that acts on the cluster with their credentials. */
const serverOf = (user, namespaces, settings = {}) => ({
  ...base.webServer[1],
  url: `http://localhost:${ports[user]}/lab`,
  env: {
    PD_UI_SERVER: 'cluster',
    PD_UI_PORT: ports[user],
    JUPYTERHUB_USER: user,
    PRIMEHUB_DEPLOY_ENGINE: 'kubernetes',
    PRIMEHUB_DEPLOY_KUBE_KUBECONFIG: world.kubeconfigs[user],
    PRIMEHUB_DEPLOY_KUBE_NAMESPACES: namespaces.join(),
    PRIMEHUB_DEPLOY_KUBE_LINGER: '1.5',
    PRIMEHUB_DEPLOY_KUBE_DRAIN_LIMIT: '10',
    ...settings
  }
});

/** Beside the model a container that comes before it, as a service mesh or a fetcher of data has one. */
const before = {
  initContainers: [
    {
      name: 'features',
      image: world.image,
      command: ['/bin/sh', '-c', 'echo "INFO 12 features are fresh"']
    }
  ]
};

process.env.PD_UI_ALICE_URL = `http://localhost:${ports.alice}`;
process.env.PD_UI_BOB_URL = `http://localhost:${ports.bob}`;

module.exports = {
  ...base,
  testDir: 'cluster',
  outputDir: 'test-results/cluster',
  // What can't be pressed is told at once, not at the end of the test.
  use: {
    ...base.use,
    baseURL: process.env.PD_UI_ALICE_URL,
    actionTimeout: 20_000
  },
  webServer: [
    serverOf('alice', [research], {
      PRIMEHUB_DEPLOY_KUBE_RUNNER_IMAGE: world.runner,
      PRIMEHUB_DEPLOY_KUBE_ARTIFACT_ROOT: world.artifacts,
      PRIMEHUB_DEPLOY_KUBE_ARTIFACT_VOLUME: JSON.stringify({
        hostPath: { path: world.artifacts }
      }),
      PRIMEHUB_DEPLOY_KUBE_POD_SPEC: JSON.stringify(before)
    }),
    serverOf('bob', [research, sales])
  ]
};
