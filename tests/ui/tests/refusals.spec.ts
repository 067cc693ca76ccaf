import { expectAccessible } from './accessible';
import {
  PANEL_ID,
  THEMES,
  ago,
  deployment,
  expect,
  panelOf,
  test,
  withTheme
} from './scripted';
import { groupsWith, models, world } from './world';

/** What a member can be refused, in the words of the server, and the way out of it. */
const member = (changes: object = {}) =>
  world({ user: 'katherine', admin: false, ...changes });

const exceeded = {
  status: 403,
  code: 'quota_exceeded',
  message:
    "The CPU quota of the group 'research' would be exceeded: quota 4, used 5, asked 2, left 0. In use by: fraud-detector-7wq2m (3), iris-classifier-x3k9q (2). Stop or scale one of them, take a smaller instance type or fewer replicas, or ask an administrator for more.",
  details: {
    group: 'research',
    resources: ['cpu'],
    quota: { cpu: 4, memory: 17179869184, gpu: 1, deployments: 10 },
    used: { cpu: 5, memory: 10737418240, gpu: 1, deployments: 2 },
    asked: { cpu: 2, memory: 2147483648, gpu: 0, deployments: 1 },
    deployments: {
      'fraud-detector-7wq2m': { cpu: 3, memory: 0, gpu: 0, deployments: 1 },
      'iris-classifier-x3k9q': { cpu: 2, memory: 0, gpu: 0, deployments: 1 }
    }
  }
};

/** What a cluster does not give, with the manifest that does. */
const lacking = {
  status: 403,
  code: 'forbidden',
  message:
    "The cluster does not let 'katherine' patch deployments.apps in the namespace 'research'. An administrator of the cluster applies the YAML that comes with this message.",
  details: {
    namespace: 'research',
    user: 'katherine',
    missing: [
      { verb: 'patch', group: 'apps', resource: 'deployments', why: 'deployments' }
    ],
    yaml: `# What katherine lacks in the namespace research:
#   patch deployments.apps (deployments)
# To give it: kubectl apply -f <this file>
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: primehub-deploy-user, namespace: research}
rules:
- apiGroups: ['']
  resources: [pods]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: ['']
  resources: [pods/log, namespaces]
  verbs: [get]
- apiGroups: [apps]
  resources: [controllerrevisions, deployments]
  verbs: [get, list, watch, create, patch, delete]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: primehub-deploy-user-katherine, namespace: research}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: primehub-deploy-user}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: User, name: katherine}
`
  }
};

test.use({ viewport: { width: 1160, height: 680 } });

for (const [theme, themeName] of Object.entries(THEMES)) {
  for (const [host, width] of [
    ['narrow', 300],
    ['wide', 860]
  ] as const) {
    if (theme === 'high-contrast' && host === 'wide') {
      // Pictures are of the other themes, and colours are the same at any width.
      continue;
    }
    test.describe(`${theme}, ${host}`, () => {
      test.use({ mockSettings: withTheme(themeName) });

      // One page for all: loading it takes longer than looking at it.
      test('each refusal says why, and the way out', async ({ play, page }) => {
        test.setTimeout(120_000);
        const panel = panelOf(page);
        const shot = (name: string) => ({
          path: `test-results/looks/refusals/${name}-${theme}-${host}.png`
        });
        const app = panel.locator('.pd-App');
        /** What the server says from now on. */
        const meet = async (changes: object, items = models()) => {
          await play(items, 'ok', member(changes));
          await page.evaluate(() =>
            window.jupyterapp.commands.execute('primehub-deploy:refresh')
          );
        };
        const press = (name: string) =>
          panel.getByRole('button', { name, exact: true }).click();
        const choose = async (name: string, item: string) => {
          await press(`Actions for ${name}`);
          await page.getByRole('menuitem', { name: item }).click();
        };
        const confirm = (name: string) =>
          page.getByRole('dialog').getByRole('button', { name }).click();
        const toast = page.locator('.Toastify__toast');
        const more = toast.getByRole('button', { name: 'Details' });

        await meet({
          groups: groupsWith('research', { enabled: false })
        });
        await page.sidebar.openTab(PANEL_ID);
        await page.sidebar.setWidth(width, 'left');

        await test.step('the feature is not enabled for the group', async () => {
          await expect(panel.getByText('Feature not available')).toBeVisible();
          await expect(
            panel.getByText(
              'Model Deployment is not enabled for this group. Please contact your administrator to enable it.'
            )
          ).toBeVisible();
          // What runs is still there.
          await expect(panel.locator('.pd-Row')).toHaveCount(3);
          await app.screenshot(shot('not-enabled'));
          await expectAccessible(page);
        });

        await test.step('no group at all', async () => {
          await meet({ user: 'eve' }, []);
          await expect(
            panel.getByText(
              'No group is configured for you to launch a server. Please contact admin.'
            )
          ).toBeVisible();
          await app.screenshot(shot('no-group'));
          await expectAccessible(page);
        });

        await test.step('the Hub is down', async () => {
          await meet({
            provider: {
              name: 'jupyterhub',
              warning:
                "JupyterHub can't be reached: groups are as of 10:02:07 UTC, and count until 10:12:07 UTC (timed out).",
              as_of: ago(120),
              until: ago(-480)
            }
          });
          const alert = panel.getByRole('alert');
          await expect(alert).toContainText('You may go on deploying');
          await expect(alert.getByText('timed out')).toBeHidden();
          await expect(panel.locator('.pd-Row')).toHaveCount(3);
          await app.screenshot(shot('hub-down'));
          await expectAccessible(page);
        });

        await test.step('read-only', async () => {
          await meet({ can_write: false });
          await expect(
            panel.getByText(/You may look and not change/)
          ).toBeVisible();
          await expect(
            panel.getByRole('button', { name: 'Create Deployment' })
          ).toHaveCount(0);
          await press('Actions for Iris classifier');
          await expect(page.locator('.pd-MenuItem')).toHaveText([
            'Open',
            'Open in a tab',
            'Logs',
            'Metrics',
            'Copy endpoint',
            'Copy curl command',
            'Copy link'
          ]);
          await page.keyboard.press('Escape');
          await app.screenshot(shot('read-only'));
          await expectAccessible(page);
        });

        await test.step('no permission', async () => {
          await meet({
            refuse: {
              stopDeployment: {
                status: 403,
                code: 'forbidden',
                message:
                  "katherine may not stop deployments of the group 'research' any more: ask its admins."
              }
            }
          });
          await choose('Iris classifier', 'Stop…');
          await confirm('Stop');
          await expect(toast).toContainText('may not stop');
          // It stands still.
          await more.click({ trial: true });
          await page.screenshot(shot('forbidden'));
          await toast.locator('.jp-Notification-Toast-Close').click();
          await expect(toast).toHaveCount(0);
        });

        await test.step('the cluster does not allow it', async () => {
          await meet({ refuse: { stopDeployment: lacking } });
          await choose('Iris classifier', 'Stop…');
          await confirm('Stop');
          await expect(toast).toContainText('does not let');
          await more.click();
          const details = page.locator('.jp-Dialog .pd-Refusal');
          await expect(details).toContainText('kind: RoleBinding');
          await page.screenshot(shot('lacking'));
          await expectAccessible(page, '.jp-Dialog-content .pd-App');
          await details.getByRole('button', { name: 'Copy' }).click();
          await expect(
            details.getByRole('button', { name: 'Copied' })
          ).toBeVisible();
          await page
            .locator('.jp-Dialog')
            .getByRole('button', { name: 'Close' })
            .click();
          await toast.locator('.jp-Notification-Toast-Close').click();
          await expect(toast).toHaveCount(0);
        });

        await test.step('the quota is exceeded', async () => {
          await meet({ refuse: { startDeployment: exceeded } });
          await panel.locator('.pd-Resources-head').click();
          await expect(panel.getByText('over by 1 core')).toBeVisible();
          await expectAccessible(page);
          await choose('Recommender (old)', 'Start…');
          await confirm('Start');
          await expect(toast).toContainText(
            "The CPU quota of the group 'research' would be exceeded: quota 4, used 5, asked 2, left 0."
          );
          await more.click({ trial: true });
          await page.screenshot(shot('quota-exceeded'));

          await more.click();
          const details = page.locator('.jp-Dialog .pd-Refusal');
          await expect(details).toContainText('iris-classifier-x3k9q');
          await expect(details).toContainText('5 of 4 cores, then 7 cores');
          await page.screenshot(shot('quota-details'));
          await expectAccessible(page, '.jp-Dialog-content .pd-App');
          await page
            .locator('.jp-Dialog')
            .getByRole('button', { name: 'Close' })
            .click();
        });

        await test.step('the administration is for others', async () => {
          await page.evaluate(() =>
            window.jupyterapp.commands.execute(
              'primehub-deploy:open-administration'
            )
          );
          const tab = page.locator('.pd-App.pd-mod-tab[aria-label^="Administration"]');
          await expect(
            tab.getByText(/Only administrators and admins/)
          ).toBeVisible();
          // It is a tab of the main area, as wide as the window leaves it.
          await page.sidebar.close('left');
          await page.setViewportSize({ width: width + 60, height: 680 });
          await expectAccessible(page);
          // Below the words there is nothing.
          await tab.locator('.pd-Notice').screenshot(shot('no-administration'));
        });
      });
    });
  }
}

test('a group of several is chosen, and its resources with it', async ({
  play,
  page
}) => {
  await play(
    [...models(), deployment('third', 'Third', undefined, { group: 'sales' })],
    'ok',
    world({ admin: false })
  );
  await page.sidebar.openTab(PANEL_ID);
  const panel = panelOf(page);
  await expect(panel.locator('.pd-Row')).toHaveCount(4);
  await panel.getByRole('button', { name: 'Resources of my groups' }).click();
  await panel.getByLabel('Group', { exact: true }).selectOption('research');
  await expect(panel.locator('.pd-Row')).toHaveCount(3);
  await expect(
    panel.getByRole('button', { name: /^Resources of Research/ })
  ).toBeVisible();
  await expect(panel.getByRole('meter', { name: 'CPU' })).toHaveCount(1);
});
