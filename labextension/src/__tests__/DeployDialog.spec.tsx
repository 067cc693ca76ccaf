import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import type { Model } from '../api/contract';
import {
  ILiveModel,
  IModelsOfKernel,
  KernelObstacle,
  Obstacle,
  answerOf
} from '../kernel/ask';
import { DeployDialog } from '../kernel/DeployDialog';
import { titleOf } from '../kernel/naming';

const forest: ILiveModel = {
  name: 'forest',
  aliases: ['best'],
  class_name: 'sklearn.ensemble.RandomForestClassifier',
  adapter: 'sklearn',
  fitted: true,
  features: ['alcohol', 'ash'],
  feature_count: 2,
  examples: ['X_test', 'X']
};
const raw: ILiveModel = {
  ...forest,
  name: 'raw',
  aliases: [],
  fitted: false,
  features: [],
  feature_count: null,
  examples: []
};
const model = { artifact: 'a' } as Model;

class Kernel implements IModelsOfKernel {
  busy = false;
  find = jest.fn(async (): Promise<readonly ILiveModel[]> => [forest, raw]);
  store = jest.fn(async () => model);
}

let kernel: Kernel;
const answered = jest.fn();
const user = userEvent.setup();

beforeAll(() => {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
  };
});
beforeEach(() => {
  kernel = new Kernel();
  answered.mockClear();
});

const show = () => render(<DeployDialog kernel={kernel} onAnswer={answered} />);
const press = async (name: string) =>
  user.click(await screen.findByRole('button', { name }));

test('offers the models with what is known of them, the first chosen', async () => {
  show();
  const first = await screen.findByRole('radio', { name: /^forest = best/ });
  expect(first).toBeChecked();
  expect(first).toHaveFocus();
  expect(first).toHaveAccessibleDescription(
    'sklearn.ensemble.RandomForestClassifier fitted alcohol, ash'
  );
  expect(
    screen.getByRole('radio', { name: /^raw/ })
  ).toHaveAccessibleDescription(/not fitted yet/);
  expect(screen.getByLabelText('Example data')).toHaveValue('X_test');
});

test('stores the one chosen with its example, and gives it back', async () => {
  show();
  await user.selectOptions(await screen.findByLabelText('Example data'), 'X');
  await press('Continue…');
  expect(kernel.store).toHaveBeenCalledWith(
    'forest',
    'X',
    expect.any(AbortSignal)
  );
  expect(answered).toHaveBeenCalledWith({ variable: 'forest', model });
});

test('what is wrong with one is said where it was chosen, and another can be', async () => {
  kernel.store.mockRejectedValueOnce(
    new KernelObstacle('failed', 'model: it is not fitted yet')
  );
  show();
  await user.click(await screen.findByRole('radio', { name: /^raw/ }));
  await press('Continue…');
  expect(await screen.findByRole('alert')).toHaveTextContent('not fitted yet');
  expect(screen.getByRole('radio', { name: /^raw/ })).toBeChecked();
  await user.click(screen.getByRole('radio', { name: /^forest/ }));
  await press('Continue…');
  expect(answered).toHaveBeenCalledWith({ variable: 'forest', model });
});

test.each<[Obstacle, string, RegExp]>([
  ['no-kernel', '', /has no kernel. Start one/],
  ['dead', '', /its variables are gone/],
  ['other-language', 'R', /The kernel runs R/],
  ['no-package', 'No module', /lacks this package/],
  ['failed', 'TypeError: no', /TypeError: no/]
])(
  '%s: says what is in the way, and looks again',
  async (kind, words, text) => {
    kernel.find.mockRejectedValueOnce(new KernelObstacle(kind, words));
    show();
    expect(await screen.findByRole('alert')).toHaveTextContent(text);
    expect(screen.getByRole('button', { name: 'Look again' })).toHaveFocus();
    await press('Look again');
    expect(await screen.findByRole('radio', { name: /^forest/ })).toBeVisible();
  }
);

test('a kernel without models leads to the empty form', async () => {
  kernel.find.mockResolvedValueOnce([]);
  show();
  expect(await screen.findByRole('alert')).toHaveTextContent(
    /No variable of the kernel holds a model/
  );
  await press('Empty form');
  expect(answered).toHaveBeenCalledWith('form');
});

test('a busy kernel is waited for, and need not be', async () => {
  kernel.busy = true;
  let signal: AbortSignal | undefined;
  kernel.find.mockImplementationOnce((...given: unknown[]) => {
    signal = given[0] as AbortSignal;
    return new Promise(() => undefined);
  });
  const { unmount } = show();
  expect(screen.getByRole('status')).toHaveTextContent(/The kernel is busy/);
  await press('Cancel');
  expect(answered).toHaveBeenCalledWith(null);
  unmount();
  expect(signal?.aborted).toBe(true);
});

test('an answer of the kernel is read, and its errors are told apart', () => {
  const data = { 'application/json': { models: [] } };
  const ok = (answer: object) => ({
    status: 'ok',
    user_expressions: { answer }
  });
  expect(answerOf(ok({ status: 'ok', data }))).toEqual({ models: [] });
  const obstacle = (content: object) => {
    try {
      answerOf(content);
    } catch (error) {
      return error as KernelObstacle;
    }
    throw new Error('no obstacle');
  };
  expect(
    obstacle(
      ok({ status: 'error', ename: 'ModuleNotFoundError', evalue: 'No module' })
    ).obstacle
  ).toBe('no-package');
  expect(
    obstacle(ok({ status: 'error', ename: 'ValueError', evalue: 'x' })).message
  ).toBe('ValueError: x');
  expect(obstacle({ status: 'aborted' }).obstacle).toBe('failed');
});

test.each([
  ['churn_model', 'work/a.ipynb', 'Churn model'],
  ['model', 'work/wine-quality.ipynb', 'Wine quality'],
  ['best_model', 'Untitled.ipynb', 'Untitled'],
  ['clf2', 'fraud.ipynb', 'Fraud'],
  ['model', '', 'Model']
])('%s of %s is called %s', (variable, notebook, title) =>
  expect(titleOf(variable, notebook)).toBe(title)
);
