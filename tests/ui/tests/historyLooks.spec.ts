import type { Locator } from '@playwright/test';

import { expectAccessible } from './accessible';
import { HOSTS } from './places';
import {
  GIB,
  THEMES,
  ago,
  deployment,
  expect,
  test,
  withTheme
} from './scripted';

const ID = 'fraud-detector-7wq2m';

const example = {
  parameters: { content_type: 'pd' },
  inputs: [
    { name: 'amount', datatype: 'FP64', shape: [1], data: [12.5] },
    { name: 'country', datatype: 'BYTES', shape: [1], data: ['NL'] },
    { name: 'first_order', datatype: 'BOOL', shape: [1], data: [true] }
  ]
};

const model = (more: object = {}) => ({
  artifact: 'a3'.repeat(32),
  size: 48_213,
  serializer: 'cloudpickle',
  adapter: 'sklearn',
  class_name: 'Pipeline',
  interpreter: '/opt/conda/bin/python',
  python_version: '3.12.4',
  packages: { sklearn: '1.7.0', numpy: '2.2.1', pandas: '2.3.0' },
  signature: {
    content_type: 'pd',
    derived: false,
    inputs: [
      {
        name: 'amount',
        datatype: 'FP64',
        shape: [-1],
        minimum: 0.5,
        maximum: 9_800
      },
      { name: 'country', datatype: 'BYTES', shape: [-1] },
      { name: 'first_order', datatype: 'BOOL', shape: [-1] }
    ],
    outputs: [{ name: 'predict', datatype: 'FP64', shape: [-1] }]
  },
  example,
  ...more
});

const spec = (more: object = {}) => ({
  model: model(),
  replicas: 2,
  instance_type: 'small',
  resources: { cpu: 1, memory: GIB, gpu: 0 },
  env: { REGION: '********' },
  access: 'private',
  metadata: { team: 'payments' },
  description: 'Scores card payments.',
  stopped: false,
  ...more
});

const revision = (number: number, more: object = {}) => ({
  number,
  action: 'update',
  spec: spec(),
  user: number % 2 ? 'grace' : 'ada',
  created_at: ago(3_600 * (10 - number)),
  update_message: '',
  rollback_to: null,
  changes: ['model'],
  outcome: 'succeeded',
  reason: null,
  message: '',
  log_tail: [],
  finished_at: ago(3_600 * (10 - number) - 2),
  duration: 1.8,
  steps: [],
  ...more
});

const better = model({
  artifact: '7c'.repeat(32),
  size: 61_007,
  class_name: 'GradientBoostingClassifier',
  packages: {
    sklearn: '1.8.0',
    numpy: '2.2.1',
    pandas: '2.3.0',
    xgboost: '3.0.2'
  }
});

const history = () => [
  revision(6, {
    outcome: 'in progress',
    duration: null,
    finished_at: null,
    created_at: ago(4)
  }),
  revision(5, {
    action: 'rollback',
    rollback_to: 3,
    changes: ['model', 'replicas'],
    update_message: 'callers complained'
  }),
  revision(4, {
    spec: spec({ model: better, replicas: 3, instance_type: 'large' }),
    changes: ['model', 'replicas', 'instance_type', 'resources'],
    update_message:
      'boosted trees, with everything that the last quarter taught',
    outcome: 'failed',
    reason: 'ModelLoadFailed',
    message: "ModuleNotFoundError: No module named 'xgboost'",
    log_tail: [
      '\u001b[36mloading\u001b[0m fraud detector',
      'Traceback (most recent call last):',
      '  File "/opt/conda/lib/python3.12/site-packages/fraud/model.py", line 12, in <module>',
      "ModuleNotFoundError: No module named 'xgboost'"
    ]
  }),
  revision(3, { changes: ['metadata'], update_message: 'owner' }),
  revision(2, {
    action: 'scale',
    changes: ['replicas'],
    outcome: 'superseded'
  }),
  revision(1, { action: 'create', changes: [], spec: spec({ replicas: 1 }) })
];

const item = () =>
  deployment(
    ID,
    'Fraud detector',
    { phase: 'Deployed', reason: 'Ready', replicas: { desired: 2, ready: 2 } },
    { spec: spec(), revision: 6, serving_revision: 5 }
  );

const events = [
  {
    time: ago(20_000),
    kind: 'Normal',
    reason: 'Updated',
    message: 'ada: updated',
    revision: 4,
    replica: null
  },
  {
    time: ago(19_999),
    kind: 'Warning',
    reason: 'ModelLoadFailed',
    message: "ModuleNotFoundError: No module named 'xgboost'",
    revision: 4,
    replica: '4-0'
  }
];

const details = (revisions: object[]) => ({ [ID]: { revisions, events } });

const part = (tab: string) => ({ view: 'deployment', id: ID, tab });

test.use({ viewport: { width: 1160, height: 760 } });

const press = (root: Locator, name: string) =>
  root.getByRole('button', { name, exact: true }).click();

for (const [theme, themeName] of Object.entries(THEMES)) {
  for (const [host, open] of Object.entries(HOSTS)) {
    if (theme === 'high-contrast' && host === 'wide') {
      continue;
    }
    test.describe(`${theme}, ${host}`, () => {
      test.use({ mockSettings: withTheme(themeName) });

      test('history and Try it are accessible', async ({ play, page }) => {
        test.setTimeout(90_000);
        await play([item()], 'ok', {}, details(history()));
        const look = async (root: Locator, name: string) => {
          await root.screenshot({
            path: `test-results/looks/trial/${name}-${theme}-${host}.png`
          });
          await expectAccessible(page);
        };
        const app = await open(page, part('history'));
        await expect(app.locator('[data-revision="6"]')).toBeVisible();
        await look(app, 'history');
        await press(app, 'View revision 4');
        await expect(app.getByText(/\(replica 4-0\)/)).toBeVisible();
        await look(app, 'view');
        await press(app, 'Back to the history');
        await press(app, 'Compare revision 4 with the serving one');
        await look(app, 'diff');
        await press(app, 'Roll back to revision 4');
        await expect(page.getByRole('dialog')).toContainText('it may again');
        await look(app, 'rollback');
        await page.keyboard.press('Escape');
        await app.getByRole('tab', { name: 'Try it' }).click();
        await app.getByLabel('amount').fill('12000');
        await app.getByText('This request as code').click();
        await app.getByRole('tab', { name: 'Python (requests)' }).click();
        await look(app, 'try');
      });
    });
  }
}

test('a thousand revisions scroll as smoothly as ten', async ({
  play,
  page
}) => {
  const many = Array.from({ length: 1_000 }, (_, n) => revision(1_000 - n));
  await play(
    [{ ...item(), revision: 1_000, serving_revision: 1_000 }],
    'ok',
    {},
    details(many)
  );
  const app = await HOSTS.wide(page, part('history'));
  await expect(app.locator('[data-revision="1000"]')).toBeVisible();
  expect(await app.locator('[data-revision]').count()).toBeLessThan(100);
  const scroller = app.locator('.pd-History-list .pd-Grid');
  await scroller.evaluate(element => (element.scrollTop = 30_000));
  await scroller.evaluate(element => (element.scrollTop = 1e9));
  await expect(app.locator('[data-revision="1"]')).toBeVisible();
});
