import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

import { expect } from './scripted';

/** No rule of axe-core is broken by what is ours, dialogs included. */
export async function expectAccessible(
  page: Page,
  ...within: string[]
): Promise<void> {
  let builder = new AxeBuilder({ page }).setLegacyMode();
  for (const part of within.length > 0 ? within : ['.pd-App']) {
    builder = builder.include(part);
  }
  const { violations } = await builder.analyze();
  expect(
    violations.map(
      ({ id, nodes }) => `${id}: ${nodes[0]?.html}\n${nodes[0]?.failureSummary}`
    )
  ).toEqual([]);
}
