import { readFileSync } from "node:fs";
import type { Locator, Page } from "@playwright/test";

import { expectAccessible } from "./accessible";
import { execute } from "./places";
import { THEMES, deployment, expect, test, withTheme } from "./scripted";

const ID = "talkative";

/** The lines that a person sees. */
const rows = (page: Page): Locator => page.locator(".pd-LogRow");

async function openLogs(
  page: Page,
  id = ID,
  line?: string,
): Promise<Locator> {
  await execute(page, "open-place", {
    view: "deployment",
    id,
    tab: "logs",
    ...(line ? { line } : {}),
  });
  const logs = page.locator(".pd-Logs");
  await expect(logs).toBeVisible({ timeout: 60_000 });
  return logs;
}

test.describe("a log of 100,000 lines", () => {
  test.beforeEach(async ({ play }) => {
    await play([deployment(ID, "Talkative")]);
  });

  const script = async (page: Page, baseURL: string, data: object) => {
    const response = await page.request.put(
      `${baseURL}/primehub-deploy/v1/log-script`,
      { data },
    );
    expect(response.status()).toBe(204);
  };

  test("is read by keyboard alone, to its beginning", async ({
    page,
    baseURL,
  }) => {
    await script(page, baseURL!, { count: 100_000 });
    const logs = await openLogs(page);
    const list = logs.getByRole("log");
    await expect(list).toContainText("line 99998");
    await expect(logs).toContainText("2000 lines");
    await expectAccessible(page, ".pd-Logs");

    // Older lines come by themselves at the top.
    await list.focus();
    await page.keyboard.press("Home");
    await expect(logs).toContainText("7000 lines");
    await expect(
      logs.getByRole("button", { name: "To the end" }),
    ).toBeVisible();
    await script(page, baseURL!, { more: 3 });
    await expect(
      logs.getByRole("button", { name: "3 new lines" }),
    ).toBeVisible();
    await page.keyboard.press("End");
    await expect(list).toContainText("line 100002");

    // Search: from the end upwards.
    await page.keyboard.press("/");
    await page.keyboard.type("failed");
    await expect(logs).toContainText("7 lines");
    await page.keyboard.press("Enter");
    await expect(logs).toContainText("7 of 7");
    await expect(list.locator(".pd-mod-chosen")).toContainText(
      "line 99999 failed",
    );
    await page.keyboard.press("Enter");
    await expect(list.locator(".pd-mod-chosen")).toContainText(
      "line 98999 failed",
    );
    await page.keyboard.press("Escape");
    await expect(list).toBeFocused();

    // A mark, and other ways to show the same.
    await page.keyboard.press("End");
    await page.keyboard.press("m");
    await expect(list.locator(".pd-LogRow.pd-mod-mark")).toBeVisible();
    await page.keyboard.press("w");
    await expect(list).toHaveClass(/pd-mod-wrap/);
    await page.keyboard.press("t");
    await expect(rows(page).first()).toContainText(/\d\d:\d\d:\d\d/);
  });

  test("is there whole, filtered, and resumes where it was cut", async ({
    page,
    baseURL,
  }) => {
    await script(page, baseURL!, { count: 100_000 });
    const logs = await openLogs(page);
    const list = logs.getByRole("log");
    await expect(list).toContainText("line 99998");
    // A link to the first line fetches all there are.
    const begin = Date.now();
    await logs
      .getByRole("searchbox")
      .fill(`log:${ID}/1-0.1@0~2000-01-01T00:00:00Z`);
    await expect(list.locator(".pd-mod-chosen")).toContainText("line 0 of", {
      timeout: 60_000,
    });
    console.log(`100,000 lines fetched in ${Date.now() - begin} ms`);
    await expect(logs).toContainText("100000 lines");

    await logs.getByLabel("Level").selectOption("Errors");
    await expect(logs).toContainText("100 of 100000 lines");
    await logs.getByLabel("Level").selectOption("All levels");
    await logs.getByLabel("Replicas").selectOption("Replica 1-1");
    await expect(list).toContainText("line 99999");
    await expect(list).not.toContainText("line 99998");
    await logs.getByLabel("Replicas").selectOption("All, previous attempt");
    await expect(logs).toContainText("There was no previous attempt");
    await logs.getByRole("button", { name: "Show all attempts" }).click();
    await expect(list).toContainText("line 99998");

    await script(page, baseURL!, { mode: "cut" });
    await expect(logs).toContainText("Connection lost at", { timeout: 60_000 });
    await expect(list).toContainText("line 99998");
    await script(page, baseURL!, { more: 5 });
    await expect(logs).not.toContainText("Connection lost", {
      timeout: 60_000,
    });
    await expect(list).toContainText("line 100004");
    await expect(logs).toContainText("2005 lines");

    const waiting = page.waitForEvent("download");
    await logs.getByRole("button", { name: "Download the whole log" }).click();
    const file = await (await waiting).path();
    expect(readFileSync(file, "utf8").split("\n")).toHaveLength(100_006);
  });

  test("opens at the line of a link, also where it is open already", async ({
    page,
    baseURL,
  }) => {
    await script(page, baseURL!, { count: 4_000 });
    const logs = await openLogs(page, ID, "1-0.1@0~2000-01-01T00:00:00Z");
    const chosen = logs.locator(".pd-LogRow.pd-mod-chosen");
    await expect(chosen).toContainText("line 0 of", { timeout: 60_000 });
    await logs.getByRole("log").focus();
    await page.keyboard.press("Escape");
    await page.keyboard.press("End");
    await expect(logs.getByRole("log")).toContainText("line 3998");
    for (const number of [20, 0]) {
      await openLogs(page, ID, `1-0.1@${number * 10}~2000-01-01T00:00:00Z`);
      await expect(chosen).toContainText(`line ${number} of`);
    }
  });

  test("gives up a search that could take for ever", async ({
    page,
    baseURL,
  }) => {
    await script(page, baseURL!, { count: 100 });
    const logs = await openLogs(page);
    await logs.getByRole("button", { name: "Regular expression" }).click();
    await logs.getByRole("searchbox").fill("(\\w+\\s?)*$");
    await expect(logs).toContainText("Repetition in a repetition");
    await logs.getByRole("searchbox").fill("line [56]\\b");
    await expect(logs).toContainText("2 lines");
    await expectAccessible(page, ".pd-Logs");

    // Cleared, and shown again.
    await logs.getByRole("button", { name: "Clear what is shown" }).click();
    await expect(logs).toContainText("New lines will appear here.");
    await logs.getByRole("button", { name: "Show all again" }).click();
    await expect(logs).toContainText("100 lines");
  });

  test("scrolls without lag", async ({ page, baseURL }) => {
    await script(page, baseURL!, { count: 100_000 });
    const logs = await openLogs(page);
    const list = logs.getByRole("log");
    await expect(list).toContainText("line 99998");
    await logs
      .getByRole("searchbox")
      .fill(`log:${ID}/1-0.1@0~2000-01-01T00:00:00Z`);
    await expect(logs).toContainText("100000 lines", { timeout: 60_000 });
    const cost = await mainThread(page);
    for (const wrap of [false, true]) {
      await list.focus();
      await page.keyboard.press("Home");
      await expect(rows(page).first()).toContainText("line 0 of");
      const before = await cost();
      const frames = await list.evaluate(
        (element) =>
          new Promise<number[]>((resolve) => {
            const times: number[] = [];
            let last = performance.now();
            const step = (now: number) => {
              times.push(now - last);
              last = now;
              element.scrollTop += 15_000; // everything in view is another each time
              if (times.length < 120) {
                requestAnimationFrame(step);
              } else {
                resolve(times);
              }
            };
            requestAnimationFrame(step);
          }),
      );
      const after = await cost();
      const each = (name: string) =>
        (1000 * (after[name]! - before[name]!)) / frames.length;
      console.log(
        `scrolling 100,000 lines, wrap ${wrap}: ${summary(frames)}; work a frame: ${[
          "TaskDuration",
          "ScriptDuration",
          "RecalcStyleDuration",
          "LayoutDuration",
        ]
          .map((name) => `${name} ${each(name).toFixed(1)} ms`)
          .join(", ")}`,
      );
      
      await page.keyboard.press("w");
    }
  });
});

for (const [name, theme] of Object.entries(THEMES)) {
  test.describe(`looks, ${name}`, () => {
    test.use({ mockSettings: withTheme(theme) });

    test("in a narrow and in a wide view", async ({ page, play, baseURL }) => {
      await play([deployment(ID, "Talkative")]);
      await page.request.put(`${baseURL}/primehub-deploy/v1/log-script`, {
        data: { count: 3000 },
      });
      for (const width of ["300px", "100%"]) {
        const logs = await openLogs(page);
        await page.addStyleTag({
          content: `.pd-App.pd-mod-tab { width: ${width}; }`,
        });
        await expect(logs.getByRole("log")).toContainText("line 2998");
        await logs.getByRole("searchbox").fill("LINE 29");
        await expectAccessible(page, ".pd-Logs");
        await page.screenshot({
          path: `test-results/logs-${name}-${width === "100%" ? "wide" : "narrow"}.png`,
        });
      }
    });
  });
}

test("says why there is nothing", async ({ page, play, baseURL }) => {
  await play([
    deployment(ID, "Talkative"),
    deployment("off", "Off", { phase: "Stopped", reason: "Stopped" }),
  ]);
  await page.request.put(`${baseURL}/primehub-deploy/v1/log-script`, {
    data: { count: 0 },
  });
  const logs = await openLogs(page);
  await expect(logs).toContainText(/No output yet, started .* ago/);
  await expectAccessible(page, ".pd-Logs");
  await page.screenshot({ path: "test-results/logs-empty.png" });
  await page.activity.closeAll();
  await expect(await openLogs(page, "off")).toContainText("Nothing runs");
});

/** What the page's main thread has done up to now, in seconds of its own time. */
async function mainThread(
  page: Page,
): Promise<() => Promise<Record<string, number>>> {
  // The fixture wraps the page; the protocol wants the page itself.
  const context = page.context();
  const session = await context.newCDPSession(context.pages()[0]!);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  };
}

function summary(frames: readonly number[]): string {
  const sorted = [...frames].sort((one, other) => one - other);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return `${frames.length} frames, median ${at(0.5).toFixed(1)} ms, p95 ${at(0.95).toFixed(1)} ms, longest ${at(1).toFixed(1)} ms`;
}
