import { exceeded, usageAfterScaling } from '../model/scaling';
import { deployment, group } from './fixtures';

const GIB = 2 ** 30;
const usage = { cpu: 3, memory: 3 * GIB, gpu: 0, deployments: 2 };

test('each replica counts with its instance type', () => {
  expect(usageAfterScaling(group({ usage }), deployment(), 3)).toEqual({
    cpu: 5,
    memory: 5 * GIB,
    gpu: 0,
    deployments: 2
  });
});

test('without a limit, a replica counts as what it counts now', () => {
  const machine = deployment({
    spec: {
      ...deployment().spec,
      replicas: 2,
      resources: { cpu: null, memory: null, gpu: 0, scheduling: null }
    },
    usage: { cpu: 2, memory: 2 * GIB, gpu: 0, deployments: 1 }
  });
  expect(usageAfterScaling(group({ usage }), machine, 1)).toMatchObject({
    cpu: 2,
    memory: 2 * GIB
  });
});

test('what is stopped takes nothing, however many it will be', () => {
  const stopped = deployment({
    spec: { ...deployment().spec, stopped: true },
    usage: { cpu: 0, memory: 0, gpu: 0, deployments: 0 }
  });
  expect(usageAfterScaling(group({ usage }), stopped, 9)).toEqual(usage);
});

test('only what grows beyond the quota is too much', () => {
  const quota = { cpu: 4, memory: null, gpu: 0, deployments: 1 };
  expect(exceeded(quota, usage, { ...usage, cpu: 5 })).toEqual(['cpu']);
  // Over it already: shrinking is allowed.
  expect(exceeded(quota, { ...usage, cpu: 9 }, { ...usage, cpu: 5 })).toEqual(
    []
  );
});
