import { execFileSync } from "node:child_process";
import { expect, test } from "@jupyterlab/galata";
import type { APIRequestContext, Page } from "@playwright/test";

import { expectAccessible } from "./accessible";
import { PANEL_ID, THEMES, panelOf, withTheme } from "./scripted";

const OPEN_PLACE = "primehub-deploy:open-place";
/** A replica is a fresh process the first time. */
const SOON = { timeout: 60_000 };

test.use({ baseURL: process.env["PD_UI_ENGINE_URL"] });
test.describe.configure({ mode: "serial" });

const shot = (page: Page, name: string) =>
  page.screenshot({ path: `test-results/forms/${name}.png` });

const open = (page: Page, place: object) =>
  page.evaluate(
    async ([command, args]) => {
      await (
        window as unknown as {
          jupyterapp: {
            commands: { execute: (id: string, args: object) => Promise<void> };
          };
        }
      ).jupyterapp.commands.execute(command as string, args as object);
    },
    [OPEN_PLACE, place],
  );

const form = (page: Page) => page.locator(".pd-DeployForm:visible");

async function remove(request: APIRequestContext, baseURL: string) {
  const api = `${baseURL}/primehub-deploy/v1`;
  const { items } = (await (
    await request.get(`${api}/deployments`)
  ).json()) as {
    items: { id: string }[];
  };
  for (const { id } of items) {
    await request.delete(`${api}/deployments/${id}`);
  }
  const models = (await (await request.get(`${api}/models`)).json()) as {
    items: { saved: { number: number }[] }[];
  };
  for (const { saved } of models.items) {
    for (const { number } of saved) {
      await request.delete(`${api}/models/${number}`);
    }
  }
}

test.beforeAll(async ({ baseURL }) => {
  execFileSync("python", ["saved_models.py", baseURL!], {
    env: { ...process.env, PYTHONPATH: `${process.cwd()}/../..` },
  });
});

test.afterAll(async ({ request, baseURL }) => {
  await remove(request, baseURL!);
});

test("a model saved from a notebook is deployed, updated, and met by somebody else’s change", async ({
  page,
  request,
  baseURL,
}) => {
  test.setTimeout(150_000);
  await open(page, { view: "create" });
  const creating = form(page);
  await creating.getByLabel(/Iris v1/).click();
  await expect(creating.getByLabel("Deployment Name")).toHaveValue("Iris");
  const row = creating.getByRole("row", { name: /petal width/ });
  await expect(row).toContainText("0.1 – 2.5");
  await expect(creating.getByLabel("Deployment ID")).toHaveValue(
    /^iris-[a-z0-9]{5}$/,
  );
  await creating.getByLabel("Customize the ID").check();
  await creating.getByLabel("Deployment ID", { exact: true }).fill("iris");
  await expect(
    creating.getByText("✓ Your Deployment ID is available."),
  ).toBeVisible();
  await shot(page, "create-wide");
  await expectAccessible(page, ".pd-DeployForm");
  await creating.getByRole("button", { name: "Deploy", exact: true }).click();
  await expect(page.getByText("Iris is deployed")).toBeVisible(SOON);

  // Update: what changes is told before it is sent.
  await open(page, { view: "update", id: "iris" });
  const updating = form(page).last();
  await updating.getByLabel("Description").fill("Sorts flowers");
  await expect(updating.getByText("Nothing is restarted.")).toBeVisible();
  await shot(page, "update-wide");
  await expectAccessible(page, ".pd-DeployForm");

  // Meanwhile somebody else saves the same field.
  const theirs = await request.patch(
    `${baseURL}/primehub-deploy/v1/deployments/iris`,
    { data: { description: "Sorts plants", metadata: { stage: "test" } } },
  );
  expect(theirs.ok()).toBe(true);
  const box = updating.locator(".pd-Conflict");
  await expect(box).toContainText("Sorts plants");
  await expect(updating.getByLabel("Description")).toHaveValue("Sorts flowers");
  await expect(
    updating.getByRole("button", { name: "Confirm and Deploy" }),
  ).toBeDisabled();
  await box.getByLabel(/Yours\s*Sorts flowers/).check();
  await shot(page, "conflict");
  await expectAccessible(page, ".pd-DeployForm");
  await updating.getByRole("button", { name: "Confirm and Deploy" }).click();
  await expect(page.getByText("The update of Iris is deployed")).toBeVisible(
    SOON,
  );
  const now = (await (
    await request.get(`${baseURL}/primehub-deploy/v1/deployments/iris`)
  ).json()) as { spec: { description: string; metadata: object } };
  expect(now.spec.description).toBe("Sorts flowers");
  expect(now.spec.metadata).toEqual({ stage: "test" });
});

test("a model that can’t be loaded is refused in the form, and nothing is made", async ({
  page,
  request,
  baseURL,
}) => {
  test.setTimeout(90_000);
  await open(page, { view: "create" });
  const creating = form(page);
  await creating.getByLabel(/Broken v1/).click();
  await creating.getByRole("button", { name: "Deploy", exact: true }).click();
  const trial = creating.locator(".pd-TrialBox");
  await expect(trial).toContainText("weights.bin is not there", SOON);
  await expect(trial).toContainText("looking for the weights");
  await shot(page, "trial-failed");
  // However little room there is, what comes next can be pressed.
  await page.setViewportSize({ width: 1000, height: 420 });
  const deploy = creating.getByRole("button", { name: "Deploy", exact: true });
  await expect(deploy).toBeInViewport({ ratio: 1 });
  await shot(page, "trial-failed-low");
  await expectAccessible(page, ".pd-DeployForm");
  const { total } = (await (
    await request.get(`${baseURL}/primehub-deploy/v1/deployments?search=broken`)
  ).json()) as { total: number };
  expect(total).toBe(0);
  await creating.getByRole("button", { name: "Discard draft" }).click();
});

test("a model file is read in a process of its own and becomes the model of the form", async ({
  page,
}) => {
  test.setTimeout(90_000);
  const data = execFileSync("python", [
    "-c",
    "import base64, io, joblib; from sklearn.dummy import DummyClassifier;" +
      "out = io.BytesIO(); joblib.dump(DummyClassifier().fit([[0], [1]], [0, 1]), out);" +
      'print(base64.b64encode(out.getvalue()).decode(), end="")',
  ]).toString();
  await page.contents.uploadContent(data, "base64", "dummy_model.joblib");
  await open(page, { view: "create" });
  const creating = form(page);
  await creating.getByLabel("File", { exact: true }).check();
  const path = creating.getByRole("textbox", { name: "File" });
  await path.fill("no_such.joblib");
  await creating.getByRole("button", { name: "Read the model" }).click();
  await expect(creating.getByText("there is no such file")).toBeVisible(SOON);
  // Chosen in the dialog of the file browser, which shows folders and model files alone.
  await page.contents.uploadContent("no model", "text", "notes.txt");
  await creating.getByRole("button", { name: "Browse…" }).click();
  const dialog = page.locator(".jp-Dialog");
  await expect(dialog).toContainText("Choose a model file", SOON);
  const entries = dialog.locator(".jp-DirListing-item");
  const chosen = entries.filter({ hasText: "dummy_model.joblib" });
  await expect(chosen).toBeVisible(SOON);
  await expect(entries.filter({ hasText: "notes.txt" })).toHaveCount(0);
  await shot(page, "file-dialog");
  await chosen.click();
  await dialog.getByRole("button", { name: "Select", exact: true }).click();
  await expect(path).toHaveValue("dummy_model.joblib");
  await shot(page, "file");
  await expectAccessible(page, ".pd-DeployForm");
  await creating.getByRole("button", { name: "Read the model" }).click();
  await expect(creating.getByText("DummyClassifier")).toBeVisible(SOON);
  await expect(creating.getByLabel("Deployment Name")).toHaveValue(
    "dummy model",
  );

  // What is not supported says the way out where it is typed.
  await creating.getByRole("button", { name: "Change model" }).click();
  await creating.getByLabel("Model URI").first().check();
  await creating
    .getByRole("textbox", { name: "Model URI" })
    .fill("models:/iris/3");
  await expect(
    creating.getByText(/MLflow is not asked from here/),
  ).toBeVisible();
  await creating.getByRole("button", { name: /Keep DummyClassifier/ }).click();

  await creating.getByText("Show as code").click();
  await expect(creating.locator(".pd-CodeDrawer pre")).toContainText(
    '"dummy model",',
  );
  await creating.getByRole("button", { name: "curl with JSON" }).click();
  await expect(creating.locator(".pd-CodeDrawer pre")).toContainText(
    "primehub-deploy/v1/deployments",
  );
  await shot(page, "code");
  await expectAccessible(page, ".pd-DeployForm");
  await creating.getByRole("button", { name: "Discard draft" }).click();
});

for (const [name, theme] of Object.entries(THEMES)) {
  test.describe(name, () => {
    test.use({ mockSettings: withTheme(theme) });

    test("the form fits a narrow panel", async ({ page }) => {
      await page.sidebar.openTab(PANEL_ID);
      await page.sidebar.setWidth(300, "left");
      await panelOf(page)
        .getByRole("button", { name: /Create deployment/i })
        .first()
        .click();
      const creating = form(page);
      await creating.getByLabel(/Iris v1/).click();
      await creating
        .getByRole("button", { name: "+ Add field" })
        .first()
        .click();
      await expect(creating.getByLabel("Deployment ID")).toHaveValue(/^iris-/);
      await shot(page, `${name}-narrow`);
      await expectAccessible(page, ".pd-DeployForm");
      const { scroll, width } = await creating
        .locator(".pd-Form-body")
        .evaluate((body) => ({
          scroll: body.scrollWidth,
          width: body.clientWidth,
        }));
      expect(scroll).toBe(width);
      await creating.getByLabel("Update Message").scrollIntoViewIfNeeded();
      await shot(page, `${name}-narrow-below`);
      await creating.getByRole("button", { name: "Discard draft" }).click();
    });
  });
}
