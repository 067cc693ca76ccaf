import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import type { Revision } from '../api/contract';
import { App } from '../ui/App';
import {
  IScriptedSession,
  ScriptedClient,
  apiError,
  deployment,
  me,
  session
} from './fixtures';

jest.setTimeout(60_000);

const EXAMPLE = {
  parameters: { content_type: 'pd' },
  inputs: [
    { name: 'age', datatype: 'INT64', shape: [1], data: [31] },
    { name: 'member', datatype: 'BOOL', shape: [1], data: [true] }
  ]
};

const spec = (model: object = {}) =>
  ({
    ...deployment().spec,
    model: {
      ...deployment().spec.model,
      example: EXAMPLE,
      signature: {
        content_type: 'pd',
        derived: false,
        inputs: [
          {
            name: 'age',
            datatype: 'INT64',
            shape: [-1],
            minimum: 18,
            maximum: 80
          },
          { name: 'member', datatype: 'BOOL', shape: [-1] }
        ],
        outputs: []
      },
      ...model
    }
  }) as ReturnType<typeof deployment>['spec'];

const revision = (number: number, model: object = {}) =>
  ({
    number,
    action: 'update',
    user: 'ada',
    created_at: '2026-11-20T09:00:00Z',
    update_message: '',
    outcome: 'succeeded',
    changes: [],
    spec: spec(model)
  }) as unknown as Revision;

const answers = (data: number[]) => ({
  outputs: [{ name: 'y', datatype: 'FP64', shape: [data.length], data }]
});

async function show(
  changes: Parameters<typeof deployment>[0] = {},
  { who = me(), model = {} } = {}
): Promise<IScriptedSession> {
  const client = new ScriptedClient();
  const item = deployment({
    revision: 2,
    serving_revision: 2,
    spec: spec(model),
    ...changes
  });
  client.snapshot = { items: [item], resourceVersion: 10 };
  const all = session({ client, who });
  all.rest.revisions.mockResolvedValue([
    revision(2, model),
    revision(1, model)
  ]);
  all.rest.predict.mockResolvedValue({
    status: 200,
    content_type: 'application/json',
    body: answers([1.5]),
    latency_ms: 3.21
  });
  all.rest.tryRevision.mockResolvedValue({
    ok: true,
    duration: 0.5,
    answer: answers([1]),
    message: '',
    log_tail: []
  });
  render(
    <App
      {...all}
      host="panel"
      start={{ view: 'deployment', id: 'iris', tab: 'try' }}
    />
  );
  // The first test waits for modules that are loaded on demand.
  await screen.findByRole('button', { name: 'Send' }, { timeout: 20_000 });
  return all;
}

/** The arguments of the first call. */
const sent = (mock: jest.Mock): unknown[] =>
  (mock.mock.calls as unknown[][])[0]!;

const press = (name: string) =>
  userEvent.click(screen.getByRole('button', { name }));

const answerOf = (number: number) =>
  screen.findByRole('region', { name: `Answer of revision ${number}` });

describe('an image that serves by itself', () => {
  const image = {
    artifact: '',
    image: 'reg.test/echo:1',
    example: null,
    signature: null
  };

  test('is sent what is written, to its address unless a path is given', async () => {
    const { rest } = await show({}, { model: image });
    expect(
      screen.getByText(/which path and body it takes is its own matter/)
    ).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Form' })).toBeNull();
    const path = screen.getByLabelText('Path');
    expect(path).toHaveValue('/');
    const body = screen.getByLabelText('Request (JSON)');
    expect(body).toHaveValue('{}');
    await press('Send');
    await answerOf(2);
    expect(rest.predict).toHaveBeenLastCalledWith(
      'iris',
      {},
      '/',
      expect.anything()
    );
    await userEvent.clear(path);
    await userEvent.type(path, '/invocations');
    await userEvent.clear(body);
    await userEvent.type(body, '[[1, 2]');
    // Any JSON will do, and nothing else.
    expect(body).toBeValid();
    await press('Send');
    await answerOf(2);
    expect(rest.predict).toHaveBeenLastCalledWith(
      'iris',
      [1, 2],
      'invocations',
      expect.anything()
    );
    await userEvent.type(body, ',');
    expect(body).toBeInvalid();
    expect(screen.getByRole('button', { name: 'Send' })).toBeDisabled();
  });

  test('shows as code what was written', async () => {
    await show({}, { model: image });
    await userEvent.type(screen.getByLabelText('Path'), 'predict');
    await userEvent.click(screen.getByText('This request as code'));
    expect(await screen.findByText(/^curl -sS/)).toHaveTextContent(
      /deployment\/iris\/predict .* -d '{}'$/
    );
    expect(screen.queryByText('Seldon protocol v1')).toBeNull();
  });
});

test('the fields are those of the model, begin with its example, and are sent', async () => {
  const { rest } = await show();
  const age = screen.getByLabelText('age');
  expect(age).toHaveValue('31');
  expect(age).toHaveAccessibleDescription('INT64, seen: 18 – 80');
  await userEvent.clear(age);
  await userEvent.type(age, '90');
  expect(age).toHaveAccessibleDescription(/outside of the range/);
  await userEvent.selectOptions(screen.getByLabelText('member'), 'false');
  await press('Send');
  const answer = await answerOf(2);
  expect(answer).toHaveTextContent('200 OK');
  expect(answer).toHaveTextContent('3.2 ms');
  expect(within(answer).getByRole('cell', { name: '1.5' })).toBeVisible();
  const [id, body] = sent(rest.predict) as [string, typeof EXAMPLE];
  expect(id).toBe('iris');
  expect(body.inputs.map(input => input.data)).toEqual([[90], [false]]);
});

test('several rows, and none that is wrong', async () => {
  const { rest } = await show();
  await press('Add a row');
  const second = screen.getByLabelText('age, row 2');
  await userEvent.clear(second);
  expect(screen.getByText('must be a whole number')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Send' })).toBeDisabled();
  await userEvent.type(second, '5');
  await userEvent.keyboard('{Control>}{Enter}{/Control}');
  await answerOf(2);
  expect(sent(rest.predict)[1]).toMatchObject({
    inputs: [{ shape: [2], data: [31, 5] }, { shape: [2] }]
  });
});

test('two revisions are asked the same, and their answers compared', async () => {
  const { rest } = await show();
  await userEvent.selectOptions(screen.getByLabelText('Compare with'), '1');
  await press('Send');
  expect(await answerOf(1)).toHaveTextContent('with loading the model');
  const difference = screen.getByRole('region', {
    name: 'Difference of the answers'
  });
  expect(difference).toHaveTextContent('1 of 1 values differ');
  expect(difference).toHaveTextContent('1.5 → 1 −0.5');
  expect(sent(rest.tryRevision).slice(0, 3)).toEqual([
    'iris',
    1,
    sent(rest.predict)[1]
  ]);
});

test.each([
  [
    'the model',
    (all: IScriptedSession) =>
      all.rest.predict.mockResolvedValue({
        status: 500,
        body: { error: 'ValueError: age is negative' },
        latency_ms: 1
      }),
    'ValueError: age is negative',
    '500 Error'
  ],
  [
    'the server',
    (all: IScriptedSession) =>
      all.rest.predict.mockRejectedValue(
        apiError(502, 'upstream_failed', 'the endpoint did not answer')
      ),
    'the endpoint did not answer',
    '502 Error'
  ]
])(
  'what goes wrong is said in the words of %s',
  async (_, fail, words, badge) => {
    const all = await show();
    fail(all);
    await press('Send');
    expect(await screen.findByRole('alert')).toHaveTextContent(words);
    expect(await answerOf(2)).toHaveTextContent(badge);
  }
);

test('a long one is waited for, and can be cancelled', async () => {
  const { rest } = await show();
  let signal: AbortSignal | undefined;
  rest.predict.mockImplementation(
    (_id: string, _body: object, _path: undefined, given: AbortSignal) => {
      signal = given;
      return new Promise(() => undefined);
    }
  );
  await press('Send');
  expect(screen.getByText('Waiting for the answer')).toBeInTheDocument();
  await press('Cancel');
  expect(signal?.aborted).toBe(true);
  expect(screen.getByText('Cancelled.')).toBeVisible();
});

test('requests are kept by name, renamed, loaded and deleted; the last one too', async () => {
  const { requests } = await show();
  await userEvent.clear(screen.getByLabelText('age'));
  await userEvent.type(screen.getByLabelText('age'), '77');
  await press('Save…');
  const dialog = () => within(screen.getByRole('dialog'));
  await userEvent.type(dialog().getByLabelText('Name'), 'old');
  await userEvent.click(dialog().getByRole('button', { name: 'Save' }));
  await press('Rename…');
  await userEvent.type(dialog().getByLabelText('Name'), ' one');
  await userEvent.click(dialog().getByRole('button', { name: 'Rename' }));
  await press('Send');
  await answerOf(2);
  const begin = screen.getByLabelText('Begin with');
  await userEvent.selectOptions(begin, 'example');
  expect(screen.getByLabelText('age')).toHaveValue('31');
  await userEvent.selectOptions(begin, 'old one');
  expect(screen.getByLabelText('age')).toHaveValue('77');
  await userEvent.selectOptions(begin, 'example');
  await userEvent.selectOptions(begin, 'The last request');
  expect(screen.getByLabelText('age')).toHaveValue('77');
  await userEvent.selectOptions(begin, 'old one');
  await press('Delete the saved request');
  await userEvent.click(dialog().getByRole('button', { name: 'Delete' }));
  expect(requests('iris').getState().saved).toEqual([]);
});

test('what is stopped says so, and a revision can be tried anyway', async () => {
  const { rest } = await show({
    serving_revision: null,
    status: { phase: 'Stopped', reason: 'Stopped' }
  });
  expect(screen.getByText('It is stopped: callers get an error')).toBeVisible();
  await press('Send');
  expect(await answerOf(2)).toHaveTextContent('with loading the model');
  expect(rest.predict).not.toHaveBeenCalled();
});

test('who may not write is told so and sends nothing', async () => {
  await show({}, { who: me({ can_write: false }) });
  expect(screen.getByRole('button', { name: 'Send' })).toBeDisabled();
  expect(screen.getByText(/You may look and not change/)).toBeVisible();
});

test('without an example and a signature the request is written as text', async () => {
  await show({}, { model: { example: null, signature: null } });
  expect(screen.getByText(/What the model takes is not known/)).toBeVisible();
  const text = screen.getByRole('textbox', { name: /^Request/ });
  await userEvent.clear(text);
  await userEvent.type(text, '{{"inputs"');
  expect(screen.getByText(/^Line 1:/)).toBeVisible();
});
