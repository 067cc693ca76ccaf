import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import { GroupResources } from '../grid/GroupResources';
import { QuotaBar, QuotaBars, QuotaName } from '../ui/QuotaBars';
import { group } from './fixtures';

const GIB = 2 ** 30;

test.each<[QuotaName, number, number | null, string]>([
  ['cpu', 1.5, 4, '1.5 of 4 cores'],
  ['cpu', 1, 1, '1 of 1 core'],
  ['memory', 2 * GIB, 4 * GIB, '2 GiB of 4 GiB'],
  ['gpu', 0, 2, '0 of 2'],
  ['gpu', 0, 0, 'none allowed'],
  ['deployments', 3, null, '3, unlimited'],
  ['cpu', 1.5, null, '1.5 cores, unlimited']
])('%s: %d of %p is "%s"', (name, used, limit, words) => {
  render(<QuotaBar name={name} used={used} limit={limit} />);
  expect(screen.getByText(words)).toBeVisible();
});

test.each<[QuotaName, number, number, string]>([
  ['cpu', 5, 4, 'over by 1 core'],
  ['memory', 5 * GIB, 4.5 * GIB, 'over by 512 MiB'],
  ['deployments', 3, 0, 'over by 3']
])(
  '%s: %d of %d is said to be over, not only coloured',
  (name, used, limit, words) => {
    render(<QuotaBar name={name} used={used} limit={limit} />);
    expect(screen.getByText(words)).toBeVisible();
    const meter = screen.getByRole('meter');
    expect(meter.getAttribute('aria-valuetext')).toContain(words);
    expect(Number(meter.getAttribute('aria-valuenow'))).toBeLessThanOrEqual(
      limit
    );
  }
);

test('a change that is being prepared shows what would be', () => {
  const { quota, usage } = group();
  render(
    <QuotaBars
      quota={quota}
      usage={usage}
      after={{ ...usage, cpu: 5, deployments: 2 }}
    />
  );
  expect(screen.getByText('1 of 4 cores, then 5 cores')).toBeVisible();
  expect(screen.getByText('over by 1 core')).toBeVisible();
  expect(screen.getByText('1 of 10, then 2')).toBeVisible();
  expect(screen.getByText('1 GiB of 8 GiB')).toBeVisible();
});

test('the box says that something is over quota even when it is folded', async () => {
  const over = group({ quota: { ...group().quota, cpu: 0.5 } });
  render(<GroupResources groups={[over]} />);
  expect(screen.getByText('over quota')).toBeVisible();
  expect(screen.queryByRole('meter')).not.toBeInTheDocument();
  await userEvent.click(
    screen.getByRole('button', { name: /^Resources of research/ })
  );
  expect(screen.getByRole('meter', { name: 'CPU' })).toBeVisible();
});

test('several groups stand below their names', async () => {
  render(<GroupResources open groups={[group(), group({ name: 'sales' })]} />);
  expect(screen.getByText('Resources of my groups')).toBeVisible();
  expect(screen.getByText('sales')).toBeVisible();
  expect(screen.getAllByRole('meter', { name: 'CPU' })).toHaveLength(2);
});
