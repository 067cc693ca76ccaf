import { GIB, ago, deployment } from './scripted';

/** What a start took: seconds before now of each step. */
export const steps = (taken: Record<string, number>) =>
  Object.entries(taken).map(([step, seconds]) => ({
    step,
    since: ago(seconds)
  }));

export const model = {
  artifact: '3f9a1c0de5b7'.padEnd(64, '0'),
  size: 41_943_040,
  serializer: 'cloudpickle',
  adapter: 'sklearn',
  class_name: 'sklearn.ensemble._forest.RandomForestClassifier',
  interpreter: '/home/ada/.venv/bin/python',
  python_version: '3.13.1',
  packages: { sklearn: '1.7.2', numpy: '2.3.4' },
  signature: {
    content_type: 'pd',
    derived: false,
    inputs: ['sepal_length', 'sepal_width'].map(name => ({
      name,
      datatype: 'FP64',
      shape: [-1, 1],
      minimum: 0.1,
      maximum: 7.9
    })),
    outputs: [
      {
        name: 'predict',
        datatype: 'INT64',
        shape: [-1, 1],
        minimum: null,
        maximum: null
      }
    ]
  },
  example: {
    inputs: [
      { name: 'sepal_length', datatype: 'FP64', shape: [1, 1], data: [5.1] },
      { name: 'sepal_width', datatype: 'FP64', shape: [1, 1], data: [3.5] }
    ]
  }
};

export const spec = {
  model,
  replicas: 3,
  stopped: false,
  instance_type: 'default',
  resources: { cpu: 1, memory: GIB, gpu: 0 },
  env: { HF_TOKEN: '********', LEVEL: '********' },
  access: 'public',
  metadata: { owner: 'forecasting', ticket: 'ML-1204' },
  description: 'Tells irises apart.\nTrained on the whole of the data set.'
};

export function revision(number: number, more: object = {}) {
  const asked = 3_600 * (10 - number);
  return {
    number,
    action: number === 1 ? 'create' : 'update',
    spec,
    user: 'ada',
    created_at: ago(asked),
    update_message: '',
    rollback_to: null,
    changes: [],
    outcome: 'succeeded',
    reason: null,
    message: '',
    log_tail: [],
    finished_at: ago(asked - 4 - number / 10),
    duration: 4 + number / 10,
    steps: steps({
      starting: asked - 0.1,
      loading: asked - 1 - number / 20,
      ready: asked - 3.8 - number / 10
    }),
    ...more
  };
}

export function replica(name: string, more: object = {}) {
  const [of, slot] = name.split('-').map(Number);
  return {
    name,
    revision: of,
    slot,
    attempt: 1,
    step: 'ready',
    step_since: ago(3_500),
    steps: steps({ starting: 3_504, loading: 3_503, ready: 3_500 }),
    pid: 4_000 + (slot ?? 0),
    restarts: 0,
    serving: true,
    started_at: ago(3_504),
    message: '',
    memory: 48 * 1024 * 1024,
    last_exit: '',
    reason: null,
    next_attempt_at: null,
    ...more
  };
}

export const event = (
  seconds: number,
  kind: string,
  reason: string,
  message: string,
  more: object = {}
) => ({
  time: ago(seconds),
  kind,
  reason,
  message,
  revision: null,
  replica: null,
  ...more
});

export const EVENTS = () => [
  event(
    40,
    'Warning',
    'CrashLoop',
    'its process ended: killed by signal 9 (SIGKILL)',
    { revision: 4, replica: '4-1' }
  ),
  event(3_500, 'Normal', 'Deployed', 'revision 4 serves', { revision: 4 }),
  event(3_600, 'Normal', 'Update', 'grace: updated', { revision: 4 }),
  event(9_000, 'Normal', 'ClientAdded', 'ada: let the client ada in')
];

export const CLIENTS = () => [
  {
    name: 'dashboard',
    created_at: ago(86_400 * 3),
    created_by: 'ada',
    expires_at: ago(-86_400 * 27),
    last_used_at: ago(95)
  },
  {
    name: 'old-batch-job',
    created_at: ago(86_400 * 40),
    created_by: 'grace',
    expires_at: ago(86_400 * 10),
    last_used_at: null
  }
];

/** One that serves: three replicas, one of which was restarted. */
export const serving = (access: 'public' | 'private' = 'public') =>
  deployment(
    'iris',
    'Iris classifier',
    {
      phase: 'Deployed',
      reason: 'Ready',
      message: '3 of 3 replicas ready.',
      replicas: { desired: 3, ready: 3 }
    },
    { spec: { ...spec, access }, revision: 4, serving_revision: 4 }
  );

export const DETAILS = () => ({
  revisions: [4, 3, 2, 1].map(number => revision(number)),
  replicas: [
    replica('4-0'),
    replica('4-1', {
      attempt: 3,
      restarts: 2,
      last_exit: 'killed by signal 9 (SIGKILL)',
      steps: steps({ starting: 38, loading: 36.5, ready: 30 })
    }),
    replica('4-2')
  ],
  events: EVENTS(),
  clients: CLIENTS()
});

/** One on its way: one replica loads, one crashed, one waits for the quota. */
export const rolling = () =>
  deployment(
    'iris',
    'Iris classifier',
    {
      phase: 'Deploying',
      reason: 'RollingUpdate',
      message:
        'Revision 5 is rolled out: 0 of 3 replicas ready; 5-1 waits before it is started again. Revision 4 serves.',
      replicas: { desired: 3, ready: 3 },
      step: 'loading',
      step_since: ago(8),
      since: ago(14)
    },
    { spec, revision: 5, serving_revision: 4 }
  );

export const ROLLING = () => ({
  revisions: [
    revision(5, {
      created_at: ago(14),
      outcome: 'in progress',
      finished_at: null,
      steps: []
    }),
    ...[4, 3, 2, 1].map(number => revision(number))
  ],
  replicas: [
    replica('4-0'),
    replica('4-1'),
    replica('5-0', {
      step: 'loading',
      step_since: ago(12),
      steps: steps({ starting: 13.6, loading: 12 }),
      serving: false
    }),
    replica('5-1', {
      attempt: 2,
      restarts: 1,
      step: 'backing-off',
      step_since: ago(2),
      steps: steps({ starting: 13, loading: 10, 'backing-off': 2 }),
      serving: false,
      pid: null,
      memory: null,
      reason: 'CrashLoop',
      message: 'its process ended: exit code 139 (SIGSEGV)',
      last_exit: 'exit code 139 (SIGSEGV)',
      next_attempt_at: ago(-25)
    })
  ],
  events: [
    event(
      13,
      'Normal',
      'ReplacedInSteps',
      'the quota of research leaves no room for all new replicas: they replace the old in steps',
      { revision: 5 }
    ),
    ...EVENTS()
  ],
  clients: []
});

/** A hundred replicas, three of which are not there. */
export const HUNDRED = () =>
  Array.from({ length: 100 }, (_, slot) =>
    slot % 40 === 7
      ? replica(`4-${slot}`, {
          step: 'backing-off',
          pid: null,
          memory: null,
          restarts: 5,
          attempt: 6,
          serving: false,
          message: 'its process ended: killed by signal 9 (SIGKILL)',
          last_exit: 'killed by signal 9 (SIGKILL)',
          steps: steps({ starting: 9, loading: 8, 'backing-off': 3 }),
          next_attempt_at: ago(-12)
        })
      : replica(`4-${slot}`)
  );
