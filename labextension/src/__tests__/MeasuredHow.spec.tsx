import { render, screen } from '@testing-library/react';
import React from 'react';

import type { Metrics } from '../api/contract';
import { MeasuredHow } from '../metrics/MeasuredHow';

const show = (metrics: Partial<Metrics>) =>
  render(<MeasuredHow metrics={metrics as Metrics} />);

test('what is always measured needs no words', () => {
  const { container } = show({ measured_since: null, note: '' });
  expect(container).toBeEmptyDOMElement();
});

test('since when it is measured is said where that is only while somebody looks', () => {
  show({ measured_since: '2026-11-26T12:00:05Z', note: '' });
  expect(
    screen.getByText(
      /^Measured since \d\d:\d\d:05, for as long as somebody looks\.$/
    )
  ).toBeVisible();
});

test('what it takes to know more stands beside it', () => {
  show({ measured_since: null, note: 'Longer ranges need a Prometheus.' });
  expect(screen.getByText('Longer ranges need a Prometheus.')).toBeVisible();
});
