import { render, screen } from '@testing-library/react';
import React from 'react';

import type { ProviderInfo } from '../api/contract';
import { ProviderWarning } from '../ui/access';
import { StaleBanner } from '../ui/notices';
import { me } from './fixtures';

const AS_OF = '2026-11-26T10:02:00Z';

const provider = (changes: Partial<ProviderInfo>) =>
  render(<ProviderWarning provider={{ ...me().provider, ...changes }} />);

test('a Hub that is away: who, since when, and whether one may still deploy', () => {
  provider({
    name: 'jupyterhub',
    warning: 'JupyterHub can’t be reached: groups are … (timed out).',
    as_of: AS_OF,
    until: '2026-11-26T10:12:00Z'
  });
  const alert = screen.getByRole('alert');
  expect(alert).toHaveTextContent(
    'JupyterHub doesn’t tell who is in which group'
  );
  expect(alert).toHaveTextContent(
    /are those of \d\d:02:00\. You may go on deploying by them until \d\d:12:00;/
  );
  expect(alert).toHaveTextContent('What runs goes on running.');
  // Its own words are there for those who ask.
  expect(screen.getByText(/timed out/).closest('details')).not.toHaveAttribute(
    'open'
  );
});

test('a groups file with a mistake counts as it was read', () => {
  provider({ name: 'file', warning: 'line 3: no key', as_of: AS_OF });
  const alert = screen.getByRole('alert');
  expect(alert).toHaveTextContent('The groups file can’t be used as it is now');
  expect(alert).toHaveTextContent(/You may go on deploying by them; changes/);
});

test('what is no matter of time is said as it is', () => {
  provider({ name: 'jupyterhub', warning: 'Groups that are left out: a/b.' });
  expect(screen.getByRole('alert')).toHaveTextContent(
    'About your groupsGroups that are left out: a/b.'
  );
});

test('nothing is said where nothing is wrong', () => {
  provider({});
  expect(screen.queryByRole('alert')).toBeNull();
});

test('a cluster that is away is said once, and why only to those who ask', () => {
  const why = 'no connection to https://10.0.0.1:6443: refused';
  const { container } = render(
    <StaleBanner
      syncedAt={Date.parse(AS_OF)}
      problem={why}
      clusterAway
      onAction={() => undefined}
    />
  );
  expect(container.querySelector('.pd-Banner')).toHaveTextContent(
    /^The cluster can’t be reached — showing data as of \d\d:02:00, trying again…Technical details/
  );
  expect(screen.getByText(why).closest('details')).not.toHaveAttribute('open');
});
