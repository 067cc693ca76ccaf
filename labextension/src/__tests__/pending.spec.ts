import type {
  Deployment,
  DeploymentEvent,
  Health,
  Replica
} from '../api/contract';
import { IFacts, causes } from '../detail/pending';
import { deployment } from './fixtures';

const NOON = '2026-11-20T12:00:00Z';

const replica = (name: string, changes: Partial<Replica> = {}): Replica => ({
  name,
  revision: Number(name.split('-')[0]),
  slot: Number(name.split('-')[1]),
  attempt: 1,
  step: 'ready',
  step_since: NOON,
  steps: [],
  pid: 1,
  restarts: 0,
  serving: false,
  started_at: NOON,
  message: '',
  memory: null,
  last_exit: '',
  reason: null,
  next_attempt_at: null,
  ...changes
});

const event = (changes: Partial<DeploymentEvent>): DeploymentEvent => ({
  time: NOON,
  kind: 'Normal',
  reason: '',
  message: '',
  revision: null,
  replica: null,
  ...changes
});

const crashed = (name: string, changes: Partial<Replica> = {}) =>
  replica(name, {
    step: 'backing-off',
    message: 'its process ended: exit code 3',
    last_exit: 'exit code 3',
    next_attempt_at: '2026-11-20T12:00:08Z',
    ...changes
  });

const pending = (
  status: Partial<Deployment['status']> = {},
  desired = 2
): Deployment =>
  deployment({
    revision: 2,
    status: {
      phase: 'Deploying',
      reason: 'RollingUpdate',
      since: NOON,
      replicas: { desired, ready: 0 },
      ...status
    }
  });

const facts = (changes: Partial<IFacts>): IFacts => ({
  deployment: pending(),
  replicas: [],
  events: [],
  health: null,
  ...changes
});

const told = (changes: Partial<IFacts>) =>
  causes(facts(changes)).map(
    ({ kind, replicas }) => `${kind} ${replicas.join(',')}`
  );

test.each([
  ['serves', 'Deployed', 'Ready'],
  ['is stopped', 'Stopped', 'Stopped'],
  ['serves although an update failed', 'Deployed', 'UpdateFailed']
] as const)('nothing is asked of one that %s', (_, phase, reason) => {
  const given = { deployment: pending({ phase, reason }) };
  expect(told({ ...given, replicas: [crashed('2-0')] })).toEqual([]);
});

test('one that failed says what is tried again, and nothing else', () => {
  const deployment = pending({ phase: 'Failed', reason: 'CrashLoop' });
  expect(told({ deployment })).toEqual([]);
  const replicas = [crashed('2-0'), replica('2-1', { step: 'loading' })];
  expect(told({ deployment, replicas })).toEqual(['crash 2-0']);
});

test('one that failed because of its image is tried again by the cluster', () => {
  const deployment = pending({ phase: 'Failed', reason: 'ImagePullFailed' });
  const replicas = [
    replica('2-0', { step: 'backing-off', reason: 'ImagePullFailed' })
  ];
  expect(told({ deployment, replicas })).toEqual(['image 2-0']);
});

test.each<[string, Partial<IFacts>, string[]]>([
  ['before anything is started', {}, ['scheduling ']],
  [
    'replicas that do the same are one cause',
    {
      replicas: [
        replica('2-0', { step: 'loading' }),
        replica('2-1', { step: 'loading' })
      ]
    },
    ['loading 2-0,2-1']
  ],
  [
    'those that do something else are another',
    {
      replicas: [
        replica('2-0', { step: 'loading' }),
        replica('2-1', { step: 'starting' })
      ]
    },
    ['starting 2-1', 'loading 2-0']
  ],
  [
    'the worst comes first; other words are another cause',
    {
      deployment: pending({}, 3),
      replicas: [
        replica('2-0', { step: 'starting' }),
        crashed('2-1'),
        crashed('2-2', { message: 'no module named xgboost' })
      ]
    },
    ['crash 2-1', 'crash 2-2', 'starting 2-0']
  ],
  [
    'out of memory is a cause of its own',
    { replicas: [crashed('2-0', { reason: 'OOMKilled' }), replica('2-1')] },
    ['memory 2-0']
  ],
  [
    'a cluster says what there is no room for',
    {
      replicas: [
        replica('2-0', { step: 'scheduling', message: '2 of 5 nodes: memory' }),
        replica('2-1', { step: 'pulling' })
      ]
    },
    ['room 2-0', 'pulling 2-1']
  ],
  [
    'a cluster says why none can be made',
    { deployment: pending({ reason: 'QuotaDenied', message: 'exceeded' }) },
    ['full ']
  ],
  [
    'a rule of the cluster forbids them',
    { deployment: pending({ reason: 'AdmissionDenied' }) },
    ['denied ']
  ],
  [
    'what only a cluster tells is a cause of its own, the worst first',
    {
      deployment: pending({}, 5),
      replicas: [
        replica('2-0', { step: 'loading', reason: 'ProbeFailed' }),
        replica('2-1', { step: 'scheduling', reason: 'Unschedulable' }),
        replica('2-2', { step: 'starting', reason: 'ConfigMissing' }),
        replica('2-3', { step: 'pulling', reason: 'ImagePullFailed' }),
        replica('2-4', { step: 'ready', reason: 'NodeLost' })
      ]
    },
    ['image 2-3', 'config 2-2', 'probe 2-0', 'room 2-1']
  ],
  [
    'the quota leaves no room for all',
    {
      replicas: [replica('1-0'), replica('2-0', { step: 'loading' })],
      events: [event({ reason: 'ReplacedInSteps', revision: 2 })]
    },
    ['quota ', 'loading 2-0']
  ],
  [
    'what the quota left no room for last time says nothing now',
    {
      replicas: [replica('2-0', { step: 'loading' })],
      events: [event({ reason: 'ReplacedInSteps', revision: 1 })]
    },
    ['scheduling ', 'loading 2-0']
  ],
  [
    'the roll-out before is still ending',
    {
      replicas: [
        replica('1-0', { step: 'stopping' }),
        replica('1-1', { step: 'stopping' })
      ]
    },
    ['leaving 1-0,1-1']
  ],
  [
    'all are ready, and the gateway takes them up',
    { replicas: [replica('2-0'), replica('2-1')] },
    ['traffic ']
  ],
  [
    'one that stops waits for its requests',
    {
      deployment: pending({ reason: 'Stopping' }),
      replicas: [replica('2-0', { step: 'stopping' })]
    },
    ['draining 2-0']
  ],
  [
    'some of what serves is missing',
    {
      deployment: pending({ phase: 'Deployed', reason: 'Degraded' }),
      replicas: [replica('1-0'), crashed('1-1')]
    },
    ['crash 1-1']
  ]
])('%s', (_, given, expected) => {
  expect(told(given)).toEqual(expected);
});

test('the gateway, or the engine, has a problem', () => {
  const health = { status: 'degraded', message: 'envoy ended' } as Health;
  const replicas = [replica('2-0'), replica('2-1')];
  expect(causes(facts({ health, replicas }))[0]).toMatchObject({
    kind: 'engine',
    message: 'envoy ended'
  });
  const fine = { status: 'ok', message: '' } as Health;
  expect(told({ health: fine, replicas })).toEqual(['traffic ']);
});

test('an error of the engine counts when it came since', () => {
  const replicas = [replica('2-0'), replica('2-1')];
  const at = (time: string) =>
    told({ replicas, events: [event({ time, reason: 'EngineError' })] });
  expect(at('2026-11-20T12:00:01Z')).toEqual(['engine ']);
  expect(at('2026-11-20T11:59:59Z')).toEqual(['traffic ']);
});

test('of several that crashed alike: the first next attempt, and the one tried most often', () => {
  const [cause] = causes(
    facts({
      replicas: [
        crashed('2-0', { attempt: 2, step_since: '2026-11-20T12:00:02Z' }),
        crashed('2-1', {
          attempt: 4,
          step_since: '2026-11-20T12:00:01Z',
          next_attempt_at: '2026-11-20T12:00:05Z'
        })
      ]
    })
  );
  expect(cause).toMatchObject({
    attempt: 4,
    exit: 'exit code 3',
    since: Date.parse('2026-11-20T12:00:01Z'),
    until: Date.parse('2026-11-20T12:00:05Z')
  });
});
