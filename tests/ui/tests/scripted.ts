import { expect, galata, test as base } from "@jupyterlab/galata";
import type { Locator, Page } from "@playwright/test";

export { expect, galata };

export const PANEL_ID = "primehub-deploy-panel";

type Play = (
  items: object[],
  mode?: "ok" | "cut" | "missing",
  directory?: object,
  /** By id: its revisions, replicas, events and clients. */
  details?: Record<string, object>,
) => Promise<void>;

/** Galata's test, with what the fake REST API answers. */
export const test = base.extend<{ play: Play }>({
  play: async ({ request, baseURL }, use) => {
    const play: Play = async (items, mode = "ok", directory, details) => {
      const response = await request.put(
        `${baseURL}/primehub-deploy/v1/script`,
        { data: { items, mode, directory, details } },
      );
      expect(response.status()).toBe(204);
    };
    // Nothing of the test before is left.
    await play([], "ok", {}, {});
    await use(play);
  },
});

export const THEMES = {
  light: "JupyterLab Light",
  dark: "JupyterLab Dark",
  "high-contrast": "JupyterLab Dark High Contrast",
} as const;

export const withTheme = (theme: string) => ({
  ...galata.DEFAULT_SETTINGS,
  "@jupyterlab/apputils-extension:themes": { theme },
});

export const panelOf = (page: Page): Locator => page.locator(`#${PANEL_ID}`);

export const ago = (seconds: number): string =>
  new Date(Date.now() - seconds * 1000).toISOString();

export const GIB = 2 ** 30;

interface IStatus {
  phase: string;
  reason: string;
  [more: string]: unknown;
}

export function deployment(
  id: string,
  name: string,
  status: IStatus = { phase: "Deployed", reason: "Ready" },
  more: object = {},
) {
  return {
    id,
    name,
    group: "research",
    engine: "local",
    spec: {
      model: {
        artifact: "0".repeat(64),
        size: 1024,
        interpreter: "/usr/bin/python3",
      },
      replicas: 1,
      stopped: status.phase === "Stopped",
      instance_type: "default",
      resources: { cpu: 1, memory: GIB, gpu: 0 },
    },
    usage:
      status.phase === "Stopped"
        ? { cpu: 0, memory: 0, gpu: 0, deployments: 0 }
        : { cpu: 1, memory: GIB, gpu: 0, deployments: 1 },
    revision: 1,
    serving_revision: 1,
    endpoint: `http://127.0.0.1:8123/deployment/${id}/`,
    created_at: ago(86_400),
    created_by: "ada",
    updated_at: ago(3 * 3_600),
    updated_by: "grace",
    managed_by: "",
    resource_version: 0,
    ...more,
    status: {
      message: "",
      replicas: { desired: 1, ready: 1 },
      since: ago(60),
      step: null,
      step_since: null,
      update: null,
      ...status,
    },
  };
}

/** One of each kind that the grid draws differently. */
export const gallery = () => [
  deployment(
    "churn-forecast-q4-x3k9q",
    "Churn forecast",
    {
      phase: "Failed",
      reason: "OOMKilled",
      message:
        "Replica 3-0 was killed: limit 512 MiB, peak 530 MiB. Choose a larger instance type, or load a smaller model: the artifact alone is 410 MiB on disk.",
      replicas: { desired: 2, ready: 0 },
    },
    { group: "sales", serving_revision: null, updated_at: ago(140) },
  ),
  deployment(
    "fraud-detector-7wq2m",
    "Fraud detector",
    {
      phase: "Deployed",
      reason: "UpdateFailed",
      message: "Revision 3 serves; revision 4 failed.",
      replicas: { desired: 3, ready: 3 },
      update: {
        revision: 4,
        outcome: "failed",
        reason: "ModelLoadFailed",
        message: "ModuleNotFoundError: No module named 'xgboost'",
      },
    },
    { revision: 4, serving_revision: 3, updated_at: ago(700) },
  ),
  deployment("iris-classifier-x3k9q", "Iris classifier", {
    phase: "Deployed",
    reason: "Ready",
    replicas: { desired: 2, ready: 2 },
  }),
  deployment(
    "pricing-of-long-named-things-in-the-north-9a1bc",
    "Pricing of things with a rather long name, north region",
    {
      phase: "Deploying",
      reason: "Loading",
      step: "loading",
      step_since: ago(8),
      replicas: { desired: 4, ready: 1 },
    },
    { group: "operations-and-logistics", updated_at: ago(12) },
  ),
  deployment(
    "recommender-old-1m4xx",
    "Recommender (old)",
    {
      phase: "Stopped",
      reason: "Stopped",
      replicas: { desired: 1, ready: 0 },
    },
    { serving_revision: null, updated_at: ago(40 * 86_400) },
  ),
];

/** Code that shows the widget. */
export const CELL =
  "from primehub_deploy_ext import DeploymentsPanel\npanel = DeploymentsPanel()\npanel";

/** Scroll up from where it is, fast; tells how long the slowest frame took (ms). */
export const longestFrame = (scroller: Locator): Promise<number> =>
  scroller.evaluate(
    (element) =>
      new Promise<number>((resolve) => {
        let longest = 0;
        let last = performance.now();
        const step = (now: number) => {
          longest = Math.max(longest, now - last);
          last = now;
          element.scrollTop -= 400;
          if (element.scrollTop > 400) {
            requestAnimationFrame(step);
          } else {
            resolve(longest);
          }
        };
        requestAnimationFrame(step);
      }),
  );
