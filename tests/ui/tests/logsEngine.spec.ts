import { execFileSync } from "node:child_process";
import { expect, test } from "@jupyterlab/galata";

import { expectAccessible } from "./accessible";

interface IArtifact {
  data: string;
  model: { artifact: string };
}

test.use({ baseURL: process.env["PD_UI_ENGINE_URL"] });

test("shows what a real model prints, as it prints it", async ({
  page,
  request,
  baseURL,
}) => {
  test.setTimeout(180_000);
  const api = `${baseURL}/primehub-deploy/v1`;
  const { data, model } = JSON.parse(
    execFileSync("python", ["log_model.py"], { encoding: "utf8" }),
  ) as IArtifact;
  await request.put(`${api}/artifacts/${model.artifact}`, {
    data: Buffer.from(data, "base64"),
  });
  const created = await request.post(`${api}/deployments`, {
    data: { id: "talker", name: "Talker", model, replicas: 2 },
  });
  expect(created.status()).toBe(201);
  const ask = async (what: number) => {
    const answer = await request.post(`${api}/deployments/talker:predict`, {
      data: {
        inputs: [{ name: "x", shape: [1], datatype: "INT64", data: [what] }],
      },
    });
    expect(answer.status()).toBe(200);
  };
  try {
    await expect
      .poll(
        async () =>
          (
            (await (await request.get(`${api}/deployments/talker`)).json()) as {
              status: { phase: string };
            }
          ).status.phase,
        { timeout: 60_000 },
      )
      .toBe("Deployed");
    await page.evaluate(
      (args) =>
        (
          window as unknown as {
            jupyterapp: {
              commands: {
                execute: (id: string, args: object) => Promise<void>;
              };
            };
          }
        ).jupyterapp.commands.execute("primehub-deploy:open-place", args),
      { view: "deployment", id: "talker", tab: "logs" },
    );
    const logs = page.locator(".pd-Logs");
    await expect(logs.locator(".pd-LogStatus")).toContainText("Live", {
      timeout: 60_000,
    });

    await ask(1);
    const list = logs.getByRole("log");
    await expect(list).toContainText("0 errors found");
    await expect(list.locator(".pd-Ansi-fg2")).toHaveText("green");
    await expectAccessible(page, ".pd-Logs");
    await page.screenshot({ path: "test-results/logs-engine.png" });
    await logs.getByLabel("Level").selectOption("Errors");
    await expect(list).toContainText("ERROR the call failed");
    await expect(list).toContainText("Traceback (most recent call last):");
    await expect(list).toContainText("KeyError: 'age'");
    await expect(list).not.toContainText("0 errors found");
    await logs.getByLabel("Level").selectOption("All levels");

    // 2,000 lines a second, followed.
    const frames = page.evaluate(
      () =>
        new Promise<number[]>((resolve) => {
          const times: number[] = [];
          const begin = performance.now();
          let last = begin;
          const step = (now: number) => {
            times.push(now - last);
            last = now;
            if (now - begin < 6_000) {
              requestAnimationFrame(step);
            } else {
              resolve(times);
            }
          };
          requestAnimationFrame(step);
        }),
    );
    await ask(2);
    const sorted = (await frames).sort((one, other) => one - other);
    console.log(
      `2,000 lines/s: ${sorted.length} frames in 6 s, median ${sorted[sorted.length >> 1]!.toFixed(1)} ms, p95 ${sorted[Math.floor(sorted.length * 0.95)]!.toFixed(1)} ms, longest ${sorted[sorted.length - 1]!.toFixed(1)} ms`,
    );
    await expect(list).toContainText("the burst is over", { timeout: 60_000 });

    // Nothing was lost and nothing came twice.
    await logs.getByRole("searchbox").fill("INFO request");
    await expect(logs).toContainText("10000 lines");
  } finally {
    await request.delete(`${api}/deployments/talker`);
  }
});
