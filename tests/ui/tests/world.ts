import { GIB, ago, deployment } from './scripted';

/** One installation with many people: what the administration has to show. */
const usage = (cpu: number, gib: number, gpu = 0) => ({
  cpu,
  memory: gib * GIB,
  gpu,
  deployments: 1
});

export const models = () => [
  deployment(
    'churn-forecast-q4-x3k9q',
    'Churn forecast',
    {
      phase: 'Failed',
      reason: 'OOMKilled',
      message:
        'Replica 3-0 was killed: limit 512 MiB, peak 530 MiB. Choose a larger instance type, or load a smaller model.',
      replicas: { desired: 2, ready: 0 }
    },
    {
      group: 'sales',
      created_by: 'linus',
      usage: usage(1, 1),
      updated_at: ago(140)
    }
  ),
  deployment(
    'fraud-detector-7wq2m',
    'Fraud detector',
    { phase: 'Deployed', reason: 'Ready', replicas: { desired: 3, ready: 3 } },
    { usage: usage(3, 6, 1), updated_at: ago(700) }
  ),
  deployment(
    'iris-classifier-x3k9q',
    'Iris classifier',
    { phase: 'Deployed', reason: 'Ready', replicas: { desired: 2, ready: 2 } },
    { created_by: 'grace', usage: usage(2, 4) }
  ),
  deployment(
    'pricing-of-long-named-things-in-the-north-9a1bc',
    'Pricing of things with a rather long name, north region',
    {
      phase: 'Deploying',
      reason: 'Loading',
      step: 'loading',
      step_since: ago(8),
      replicas: { desired: 4, ready: 1 }
    },
    {
      group: 'operations-and-logistics',
      created_by: 'margaret',
      usage: usage(4, 8),
      updated_at: ago(12)
    }
  ),
  deployment(
    'recommender-old-1m4xx',
    'Recommender (old)',
    {
      phase: 'Stopped',
      reason: 'Stopped',
      replicas: { desired: 1, ready: 0 }
    },
    { serving_revision: null, updated_at: ago(40 * 86_400) }
  ),
  deployment(
    'legacy-scoring-8k2ab',
    'Legacy scoring',
    { phase: 'Deployed', reason: 'Ready', replicas: { desired: 1, ready: 1 } },
    {
      group: 'legacy',
      created_by: 'edsger',
      updated_at: ago(90 * 86_400),
      spec: {
        model: {
          artifact: '0'.repeat(64),
          size: 1024,
          interpreter: '/usr/bin/python3'
        },
        replicas: 1,
        stopped: false,
        instance_type: 'cpu-tiny',
        resources: { cpu: 0.25, memory: GIB / 4, gpu: 0 }
      },
      usage: usage(0.25, 0.25)
    }
  )
];

const groups = [
  {
    name: 'research',
    display_name: 'Research',
    quota: { cpu: 4, memory: '16Gi', gpu: 1, deployments: 10 },
    members: ['ada', 'grace', 'katherine'],
    admins: ['grace'],
    version: 3
  },
  {
    name: 'sales',
    enabled: false,
    quota: { cpu: 2, memory: '4Gi', gpu: 0, deployments: 4 },
    members: ['linus', 'barbara'],
    version: 7
  },
  {
    name: 'operations-and-logistics',
    display_name: 'Operations and logistics, all regions',
    members: ['margaret', 'ada'],
    admins: ['margaret']
  }
];

const instanceTypes = [
  {
    name: 'default',
    display_name: 'Default',
    description: 'enough for most models',
    cpu: 1,
    memory: '1Gi'
  },
  {
    name: 'cpu-large',
    display_name: 'Large',
    description: 'for many requests at once',
    cpu: 4,
    memory: '16Gi',
    groups: ['research', 'sales']
  },
  { name: 'gpu', cpu: 4, memory: '32Gi', gpu: 1, groups: ['research'] },
  { name: 'whole-machine' }
];

const pullSecrets = [
  {
    name: 'company-registry',
    registry: 'registry.example.com:5000',
    username: 'robot-deploy'
  },
  {
    name: 'research-hub',
    registry: 'images.research.example.org/models',
    username: 'ada',
    groups: ['research']
  }
];

const entry = (
  number: number,
  seconds: number,
  user: string,
  action: string,
  target: string,
  group: string,
  more: object = {}
) => ({
  number,
  time: ago(seconds),
  user,
  address: '10.0.3.17',
  via: 'browser',
  action,
  target,
  group,
  outcome: 'allowed',
  status: 200,
  message: '',
  ...more
});

export const auditLog = () => [
  entry(412, 40, 'ada', 'updateGroup', 'research', 'research'),
  entry(
    411,
    95,
    'linus',
    'startDeployment',
    'churn-forecast-q4-x3k9q',
    'sales',
    {
      outcome: 'refused',
      status: 403,
      message:
        "Feature not available: Model Deployment is not enabled for the group 'sales'. Please contact your administrator to enable it."
    }
  ),
  entry(
    410,
    300,
    'margaret',
    'createDeployment',
    'pricing-of-long-named-things-in-the-north-9a1bc',
    'operations-and-logistics',
    {
      status: 201,
      via: 'primehub-deploy-ext/0.1.0 python'
    }
  ),
  entry(
    409,
    700,
    'ada',
    'updateDeployment',
    'fraud-detector-7wq2m',
    'research'
  ),
  entry(408, 4_000, '', 'listDeployments', '', '', {
    outcome: 'refused',
    status: 401,
    address: '192.0.2.44',
    via: 'curl/8.11',
    message:
      "log in, or send the server's token in the header 'Authorization: token …'"
  }),
  entry(
    407,
    9_000,
    'grace',
    'stopDeployment',
    'recommender-old-1m4xx',
    'research'
  ),
  entry(406, 20_000, 'barbara', 'createDeployment', 'upsell', 'sales', {
    outcome: 'failed',
    status: 502,
    message: 'the engine said: no space left on device'
  }),
  entry(405, 90_000, 'ada', 'createInstanceType', 'gpu', ''),
  entry(404, 180_000, 'ada', 'deleteGroup', 'legacy', 'legacy')
];

const measurements = [
  { id: 'fraud-detector-7wq2m', cpu: 1.12, memory: 5.7 * GIB },
  { id: 'iris-classifier-x3k9q', cpu: 0.04, memory: 0.3 * GIB },
  {
    id: 'pricing-of-long-named-things-in-the-north-9a1bc',
    cpu: 4.3,
    memory: 1.2 * GIB
  },
  { id: 'legacy-scoring-8k2ab', cpu: 0.01, memory: 0.1 * GIB }
];

/** Seen by an administrator, unless `changes` say otherwise. */
export const world = (changes: object = {}) => ({
  user: 'ada',
  admin: true,
  groups: structuredClone(groups),
  instance_types: instanceTypes,
  pull_secrets: pullSecrets,
  audit: auditLog(),
  measurements,
  ...changes
});

/** Groups of the world, one of them changed. */
export const groupsWith = (name: string, changes: object) =>
  groups.map(group => (group.name === name ? { ...group, ...changes } : group));
