import type { Locator, Page } from "@playwright/test";

import { expectAccessible } from "./accessible";
import { measured } from "./measured";
import { THEMES, deployment, expect, test, withTheme } from "./scripted";

const ID = "iris-classifier-x3k9q";

const iris = () =>
  deployment(ID, "Iris classifier", { phase: "Deployed", reason: "Ready" });

/** The charts come with a library of their own, late on a busy machine. */
const SOON = { timeout: 60_000 };

const shot = (page: Page, name: string) =>
  page.screenshot({ path: `test-results/looks/metrics-${name}.png` });

async function open(page: Page): Promise<Locator> {
  await page.evaluate(
    (id) =>
      window.jupyterapp.commands.execute("primehub-deploy:open-place", {
        view: "deployment",
        id,
        tab: "metrics",
      }),
    ID,
  );
  return page.locator(".pd-App.pd-mod-tab .pd-Metrics");
}

for (const [name, theme] of Object.entries(THEMES)) {
  test.describe(name, () => {
    test.use({
      mockSettings: withTheme(theme),
      viewport: { width: 1440, height: 1300 },
    });

    test("what is measured only while somebody looks says since when, and what more takes", async ({
      play,
      page,
    }) => {
      const whole = measured();
      const never = whole.times.map(() => null);
      const live = {
        ...whole,
        measured_since: whole.since,
        note: "Earlier than the last 15 minutes nothing is kept here: an administrator can have a Prometheus scrape the replicas, and set c.PrimehubDeploy.prometheus_url.",
        totals: { ...whole.totals, aborted: null },
        bytes_in: never,
        bytes_out: never,
        not_measured: ["bytes"],
      };
      await play([iris()], "ok", undefined, {
        [ID]: { metrics: { "15m": live } },
      });
      const view = await open(page);
      await expect(view.locator(".pd-Chart canvas")).toHaveCount(9, SOON);
      await expect(view.getByText(/^Measured since .* looks\./)).toBeVisible();
      await expect(view.getByText(/nothing is kept here/)).toBeVisible();
      await expectAccessible(page, ".pd-App.pd-mod-tab");
      await shot(page, `${name}-live`);
    });

    test("what Prometheus measured, and what it can’t", async ({
      play,
      page,
    }) => {
      const theirs = {
        ...measured(),
        source: "prometheus",
        batch_size: [],
        memory: [],
        not_measured: ["memory", "batch_size"],
      };
      await play([iris()], "ok", undefined, {
        [ID]: { metrics: { "15m": theirs } },
      });
      const view = await open(page);
      await expect(view.locator(".pd-Chart canvas")).toHaveCount(8, SOON);
      await expect(view.getByText("Measured by Prometheus")).toBeVisible();
      const memory = view.locator('[data-chart="memory"]');
      await expect(memory).toContainText("Not measured here");
      // Not measured is no number at all, above all no zero.
      await expect(memory.locator(".pd-Chart-figures")).toHaveCount(0);
      await expectAccessible(page, ".pd-App.pd-mod-tab");
      await shot(page, `${name}-prometheus`);
    });

    test("pointing at a moment and choosing a part hold for all charts", async ({
      play,
      page,
    }) => {
      await play([iris()], "ok", undefined, {
        [ID]: { metrics: { "15m": measured() } },
      });
      const view = await open(page);
      await expect(view.locator(".pd-Chart canvas")).toHaveCount(9, SOON);
      const plot = view.locator('[data-chart="qps"] .u-over');
      const live = view.locator(".pd-RangeBar-when");
      await expect(live).toContainText("Live");

      // It is pointed at once it stays where it is.
      await plot.hover();
      const box = (await plot.boundingBox())!;
      const y = box.y + box.height / 2;
      await page.mouse.move(box.x + box.width * 0.8, y);
      await expect(live).toContainText(/^At /);
      await expect(
        view.locator('[data-chart="latency"] .u-cursor-x'),
      ).toBeVisible();
      await shot(page, `${name}-crosshair`);

      await page.mouse.move(box.x + box.width * 0.5, y);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.75, y, { steps: 5 });
      await page.mouse.up();
      const reset = view.getByRole("button", { name: "Reset zoom" });
      await expect(reset).toBeVisible();
      await shot(page, `${name}-zoomed`);
      await reset.click();
      await expect(reset).toHaveCount(0);
    });
  });
}

test("an engine that measures nothing says so, in place of empty charts", async ({
  play,
  page,
}) => {
  await play([iris()], "ok", undefined, { [ID]: {} });
  const view = await open(page);
  await expect(view.getByText("Not measured here")).toBeVisible();
  await expect(view.locator("canvas")).toHaveCount(0);
  await shot(page, "nothing-measured");
});
