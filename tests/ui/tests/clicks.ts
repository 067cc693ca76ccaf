import { expect } from '@jupyterlab/galata';
import type { Locator, Page } from '@playwright/test';

/** What a person does with the app, wherever it is. */

export const press = (root: Page | Locator, name: string | RegExp) =>
  root.getByRole('button', { name, exact: typeof name === 'string' }).click();

/** What a person does at the top of the detail: a button, or an item of the menu behind it. */
export async function command(app: Locator, name: string): Promise<void> {
  const head = app.locator('.pd-DetailHead');
  const button = head.getByRole('button', { name, exact: true });
  const more = head.getByRole('button', { name: /^(More|Actions for)/ });
  await expect(button.or(more).first()).toBeVisible();
  if ((await button.count()) > 0) {
    await button.click();
  } else {
    await more.click();
    await app
      .page()
      .locator('.pd-Menu')
      .getByRole('menuitem', { name: new RegExp(`^${name}`) })
      .click();
  }
}

export const confirm = (page: Page, name: string) =>
  press(page.getByRole('dialog'), name);

export const tab = (app: Locator, name: string) =>
  app.getByRole('tab', { name, exact: true }).click();
