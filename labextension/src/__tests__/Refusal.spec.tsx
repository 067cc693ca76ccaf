import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import { ApiError } from '../api/errors';
import { CopyContext } from '../ui/CopyButton';
import { Refusal } from '../ui/Refusal';

const YAML = 'kind: Role\nmetadata:\n  name: primehub-deploy-user\n';

function refused(details: Record<string, unknown>): ApiError {
  return new ApiError(403, {
    code: 'forbidden',
    message: "The cluster does not let 'ada' create deployments.apps.",
    fields: [],
    details
  });
}

test('a missing permission comes with the manifest for an administrator, to be copied', async () => {
  const copied: string[] = [];
  render(
    <CopyContext.Provider value={text => copied.push(text)}>
      <Refusal problem={refused({ yaml: YAML })} />
    </CopyContext.Provider>
  );
  expect(screen.getByText(/does not let 'ada'/)).toBeVisible();
  expect(screen.getByText('For an administrator of the cluster')).toBeVisible();
  expect(screen.getByText(/kind: Role/)).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Copy' }));
  expect(copied).toEqual([YAML]);
});

test.each([[{}], [{ yaml: 3 }]])(
  'without a manifest there is nothing to copy',
  details => {
    render(<Refusal problem={refused(details)} />);
    expect(screen.queryByRole('button')).not.toBeInTheDocument();
  }
);
