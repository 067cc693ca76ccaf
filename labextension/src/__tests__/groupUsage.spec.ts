import { withUsageNow } from '../model/groupUsage';
import type { IDeploymentsState } from '../model/store';
import { GIB, deployment, group } from './fixtures';

const NONE = { cpu: 0, memory: 0, gpu: 0, deployments: 0 };
const ONE = { cpu: 0.1, memory: GIB, gpu: 0, deployments: 1 };

const state = (
  changes: Partial<IDeploymentsState> = {}
): IDeploymentsState => ({
  connection: 'live',
  deployments: [
    deployment({ id: 'a', usage: ONE }),
    deployment({ id: 'b', usage: { ...ONE, cpu: 0.2 } }),
    deployment({ id: 'else', group: 'sales', usage: ONE })
  ],
  syncedAt: 1,
  problem: '',
  serverVersion: null,
  clusterAway: false,
  lacking: [],
  refreshing: false,
  ...changes
});

const asked = group({ usage: { ...ONE, cpu: 7, deployments: 3 } });

test('a group uses what its deployments take now, whatever was asked of it before', () => {
  expect(withUsageNow(asked, state()).usage).toEqual({
    cpu: 0.3,
    memory: 2 * GIB,
    gpu: 0,
    deployments: 2
  });
});

test('what is changed counts as its form shows it', () => {
  const failed = deployment({ id: 'a', usage: NONE });
  expect(withUsageNow(asked, state(), failed).usage.cpu).toBe(0.2);
});

test.each([
  ['the list is old', state({ connection: 'stale' }), null],
  ['it is not in the list', state(), deployment({ id: 'of-another-list' })]
])('what was asked counts where %s', (_, now, changing) => {
  expect(withUsageNow(asked, now, changing)).toBe(asked);
});
