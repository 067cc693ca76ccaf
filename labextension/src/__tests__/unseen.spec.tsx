import { act, render } from '@testing-library/react';
import React from 'react';

import { useRefreshAfter } from '../ui/observers';

function setHidden(hidden: boolean): void {
  Object.defineProperty(document, 'hidden', {
    configurable: true,
    value: hidden
  });
  document.dispatchEvent(new Event('visibilitychange'));
}

function Refreshing(props: { cause: number; refresh: () => Promise<void> }) {
  useRefreshAfter(props.cause, props.refresh, true);
  return null;
}

beforeEach(() => jest.useFakeTimers());

afterEach(() => {
  setHidden(false);
  jest.useRealTimers();
});

test('what changes while nobody sees it is refreshed once, when somebody does', () => {
  const refresh = jest.fn(async () => undefined);
  const { rerender } = render(<Refreshing cause={1} refresh={refresh} />);
  setHidden(true);
  for (const cause of [2, 3]) {
    rerender(<Refreshing cause={cause} refresh={refresh} />);
    act(() => void jest.runOnlyPendingTimers());
  }
  expect(refresh).not.toHaveBeenCalled();
  setHidden(false);
  expect(refresh).toHaveBeenCalledTimes(1);
  setHidden(true);
  setHidden(false);
  expect(refresh).toHaveBeenCalledTimes(1);
});
