import { execFileSync } from "node:child_process";
import { expect, test } from "@jupyterlab/galata";
import type { APIRequestContext, Locator, Page } from "@playwright/test";

import { command, confirm, press, tab } from "./clicks";
import { CELL, PANEL_ID, panelOf } from "./scripted";

/** A replica is a fresh process the first time, and the machine may be busy. */
const SOON = { timeout: 90_000 };

const MODELS = `
from sklearn.datasets import load_iris
from sklearn.naive_bayes import GaussianNB
from primehub_deploy_ext import connect

X, y = load_iris(return_X_y=True, as_frame=True)

class Talkative:
    def __init__(self, model):
        self.model = model
    def predict(self, X):
        print("asked for", len(X), "rows")
        return self.model.predict(X)

class Broken:
    def __init__(self):
        self.weights = 1
    def predict(self, X):
        return X
    def __setstate__(self, state):
        raise FileNotFoundError("weights.bin is not there")

deployments = connect()
_ = deployments.save_model(Talkative(GaussianNB().fit(X, y)), "Flowers", example=X.head(2))
_ = deployments.save_model(Broken(), "Broken flowers", example=X.head(2))
`;

test.use({
  baseURL: process.env["PD_UI_ENGINE_URL"],
  viewport: { width: 1280, height: 900 },
});

/** Nothing of the test before is left. */
async function clean(request: APIRequestContext, baseURL: string) {
  const api = `${baseURL}/primehub-deploy/v1`;
  const list = async <T>(path: string) =>
    ((await (await request.get(`${api}/${path}`)).json()) as { items: T[] })
      .items;
  for (const { id } of await list<{ id: string }>("deployments")) {
    await request.delete(`${api}/deployments/${id}`);
  }
  for (const { saved } of await list<{ saved: { number: number }[] }>(
    "models",
  )) {
    for (const { number } of saved) {
      await request.delete(`${api}/models/${number}`);
    }
  }
}

/** The whole life of a deployment, by clicks alone, wherever the app is. */
async function live(page: Page, app: Locator, id: string): Promise<void> {
  const look = (name: string) =>
    app.screenshot({ path: `test-results/looks/life/${id}-${name}.png` });
  const status = app.locator(".pd-DetailHead-status");
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  const sh = (text: string) =>
    execFileSync("bash", ["-c", text], { encoding: "utf8" });

  await test.step("create from a model that the notebook saved", async () => {
    await press(app, "Create Deployment");
    const form = app.locator(".pd-DeployForm");
    await form.getByLabel(/^Flowers v\d/).click();
    await form.getByLabel("Deployment Name").fill("Flowers");
    await form.getByLabel("Customize the ID").check();
    await form.getByLabel("Deployment ID", { exact: true }).fill(id);
    await expect(form.getByText(/is available/)).toBeVisible();
    await look("create");
    await press(form, "Deploy");
  });

  await test.step("watch it become Deployed", async () => {
    await expect(status).toContainText("Deployed", SOON);
    await look("deployed");
  });

  await test.step("copy the endpoint and call it", async () => {
    await app
      .getByRole("button", { name: /^Copy (the )?endpoint/ })
      .first()
      .click();
    // It is written a moment after the click.
    await expect.poll(clipboard).toContain(`/deployment/${id}/`);
    const endpoint = await clipboard();
    expect(sh(`curl -sf ${endpoint}v2/models/${id}`)).toContain(id);
  });

  await test.step("try it", async () => {
    await tab(app, "Try it");
    await press(app, "Send");
    const answer = app.getByRole("region", { name: "Answer of revision 1" });
    await expect(answer).toContainText("200 OK", SOON);
    await look("try");
  });

  await test.step("follow the logs while it is called", async () => {
    await tab(app, "Logs");
    const log = app.getByRole("tabpanel", { name: "Logs" });
    const asked = log.getByText("asked for 2 rows");
    await expect(asked.first()).toBeVisible(SOON);
    const before = await asked.count();
    await tab(app, "Try it");
    await press(app, "Send");
    await tab(app, "Logs");
    await expect.poll(() => asked.count(), SOON).toBeGreaterThan(before);
    await look("logs");
  });

  await test.step("update to a model that is broken, and read why", async () => {
    await command(app, "Update");
    const form = app.locator(".pd-DeployForm");
    await press(form, "Change model");
    await form.getByLabel(/^Broken flowers v\d/).click();
    await form.getByLabel(/^Deploy without trying/).check();
    await form.getByLabel("Update Message").fill("surely better");
    await look("update");
    await press(form, "Confirm and Deploy");
    await expect(status).toContainText(/update failed/i, SOON);
    await expect(app.locator(".pd-DetailHead")).toContainText(
      "weights.bin is not there",
    );
    await look("update-failed");
  });

  await test.step("the old revision goes on serving", async () => {
    await expect(status).toContainText("Deployed");
    await tab(app, "Try it");
    await press(app, "Send");
    await expect(
      app.getByRole("region", { name: "Answer of revision 1" }),
    ).toContainText("200 OK", SOON);
  });

  await test.step("compare, and roll back", async () => {
    await tab(app, "History");
    await app.getByLabel("Compare revision 1", { exact: true }).check();
    await app.getByLabel("Compare revision 2", { exact: true }).check();
    await press(app, "Compare 1 and 2");
    await expect(app.getByRole("region", { name: "Artifact" })).toBeVisible();
    await look("diff");
    await press(app, "Roll back to revision 1");
    await confirm(page, "Roll back");
    const row = app.locator('[data-revision="3"]');
    await expect(row).toContainText("3 = rollback to 1", SOON);
    await expect(row).toContainText("serving", SOON);
    await expect(status).not.toContainText(/update failed/i, SOON);
    await look("history");
  });

  await test.step("stop, start, delete by typing the name", async () => {
    await command(app, "Stop");
    await confirm(page, "Stop");
    await expect(status).toContainText("Stopped", SOON);
    await command(app, "Start");
    await confirm(page, "Start");
    await expect(status).toContainText("Deployed", SOON);
    await command(app, "Delete");
    const dialog = page.getByRole("dialog");
    await expect(
      dialog.getByRole("button", { name: "Delete", exact: true }),
    ).toBeDisabled();
    await dialog.getByRole("textbox").fill("Flowers");
    await press(dialog, "Delete");
    await expect(app.getByText("No deployments yet")).toBeVisible(SOON);
  });
}

async function notebookWith(page: Page, ...cells: string[]): Promise<void> {
  await page.notebook.createNew("life.ipynb");
  // On one line: the editor would indent what is typed once more.
  await page.notebook.setCell(0, "code", `exec(${JSON.stringify(MODELS)})`);
  for (const cell of cells) {
    await page.notebook.addCell("code", cell);
  }
  await page.notebook.run();
}

test.beforeEach(async ({ page, request, baseURL }) => {
  test.setTimeout(240_000);
  await clean(request, baseURL!);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
});

test.afterEach(async ({ request, baseURL }) => {
  await clean(request, baseURL!);
});

test("the life of a deployment by clicks, in the side panel", async ({
  page,
}) => {
  await notebookWith(page);
  await page.sidebar.openTab(PANEL_ID);
  await page.sidebar.setWidth(520, "left");
  await live(page, panelOf(page).locator(".pd-App"), "in-the-panel");
});

test("the life of a deployment by clicks, in a notebook cell", async ({
  page,
}) => {
  await notebookWith(
    page,
    CELL.replace("DeploymentsPanel()", 'DeploymentsPanel(height="640px")'),
  );
  await page.sidebar.close("left");
  await live(page, page.locator(".jp-OutputArea .pd-App"), "in-a-cell");
});
