import { PANEL_ID, expect, gallery, panelOf, test } from './scripted';

test('at the width that JupyterLab opens its side panel with, no chip is cut', async ({
  play,
  page
}) => {
  const [first, ...others] = gallery();
  const many = Array.from({ length: 120 }, (_, n) => ({
    ...first,
    id: `${first.id}-${n}`
  }));
  await play([...many, ...others]);
  await page.sidebar.openTab(PANEL_ID);
  await page.sidebar.setWidth(250, 'left');
  const panel = panelOf(page);
  await expect(panel.locator('.pd-Chip').first()).toBeVisible();
  await expect
    .poll(() =>
      panel.evaluate(node => {
        const right = node.getBoundingClientRect().right;
        const chips = [...node.querySelectorAll('.pd-Chip')];
        return {
          narrow: node.clientWidth <= 260,
          some: chips.length > 4,
          cut: chips
            .filter(
              chip =>
                chip.getBoundingClientRect().right > right - 4 ||
                chip.scrollWidth > chip.clientWidth
            )
            .map(chip => chip.textContent)
        };
      })
    )
    .toEqual({ narrow: true, some: true, cut: [] });
  await page.screenshot({ path: 'test-results/narrow/chips.png' });
});
