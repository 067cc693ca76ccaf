import type { KeyboardEvent } from 'react';

/** From a title, arrows lead to the titles around it: at once past all that stands between them. */
export function rowKeys(event: KeyboardEvent<HTMLElement>): void {
  const title = event.target as HTMLElement;
  const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
  if (!title.classList.contains('pd-Title') || !plain) {
    return;
  }
  const titles = [
    ...event.currentTarget.querySelectorAll<HTMLElement>('.pd-Title')
  ];
  const now = titles.indexOf(title);
  const step = steps(titles, now)[event.key];
  if (step === undefined) {
    if (event.key === 'x') {
      title
        .closest('[data-deployment]')
        ?.querySelector<HTMLElement>('.pd-Tick')
        ?.click();
    }
    return;
  }
  event.preventDefault();
  const next = titles[now + step];
  next?.focus({ preventScroll: true });
  next?.closest('[data-deployment]')?.scrollIntoView({ block: 'nearest' });
}

/** How far each arrow leads; in cards side by side, down is one row of them further. */
function steps(
  titles: readonly HTMLElement[],
  now: number
): Record<string, number> {
  const top = (element: HTMLElement) => element.getBoundingClientRect().top;
  const here = top(titles[now]!);
  const beside = titles.filter(one => top(one) === here).length || 1;
  const columns = titles[0]?.closest('tr') ? 1 : beside;
  return {
    ArrowDown: columns,
    ArrowUp: -columns,
    ...(columns > 1 && { ArrowRight: 1, ArrowLeft: -1 })
  };
}
