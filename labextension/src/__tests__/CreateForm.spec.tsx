import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import type { DriftAnswer, StoredModel } from '../api/contract';
import { draftOf } from '../model/drafts';
import { App } from '../ui/App';
import {
  IScriptedSession,
  ScriptedClient,
  apiError,
  deployment,
  group,
  instanceType,
  me,
  session
} from './fixtures';

const GIB = 2 ** 30;
// The chunk of the form is compiled by the first test that shows it.
jest.setTimeout(60_000);

export const stored: StoredModel = {
  model: {
    ...deployment().spec.model,
    class_name: 'sklearn.naive_bayes.GaussianNB',
    python_version: '3.11.2',
    packages: { sklearn: '1.5.0' },
    signature: {
      content_type: 'pd',
      derived: false,
      inputs: [
        {
          name: 'sepal length',
          datatype: 'FP64',
          shape: [-1, 1],
          minimum: 4.3,
          maximum: 7.9
        }
      ],
      outputs: []
    },
    example: {
      inputs: [
        {
          name: 'sepal length',
          datatype: 'FP64',
          shape: [2, 1],
          data: [5.1, 6]
        }
      ]
    }
  },
  saved: [
    {
      number: 1,
      name: 'Iris',
      version: 2,
      group: 'research',
      description: '',
      created_at: '2026-11-20T09:00:00Z',
      created_by: 'ada'
    }
  ],
  uses: [],
  last: '2026-11-20T09:00:00Z'
};

const dryRun = {
  group: 'research',
  quota: group().quota,
  usage: group().usage,
  after: group().usage,
  trial: {
    ok: true,
    reason: null,
    message: '',
    log_tail: [],
    duration: 0.1,
    answer: null
  }
};

async function show(
  all: IScriptedSession = session(),
  draft?: string
): Promise<IScriptedSession> {
  all.choices.stored.mockResolvedValue({ items: [stored], total: 1 });
  all.choices.instanceTypes.mockResolvedValue([
    instanceType(),
    instanceType({ name: 'large', cpu: 2, memory: 4 * GIB })
  ]);
  all.rest.tryCreate.mockResolvedValue(dryRun);
  all.rest.create.mockResolvedValue(deployment({ id: 'iris-x3k9q' }));
  render(<App {...all} host="panel" start={{ view: 'create', draft }} />);
  await screen.findByLabelText('Deployment Name', {}, { timeout: 50_000 });
  return all;
}

async function chooseModel(): Promise<void> {
  await userEvent.click(await screen.findByLabelText(/Iris v2/));
}

const deploy = () =>
  userEvent.click(screen.getByRole('button', { name: 'Deploy' }));

test('a stored model becomes a deployment: tried first, then made, followed and shown', async () => {
  const all = await show();
  await chooseModel();
  // The name of the model is a good beginning.
  const name = screen.getByLabelText('Deployment Name');
  expect(name).toHaveValue('Iris');
  await waitFor(() =>
    expect(screen.getByLabelText('Deployment ID')).toHaveValue('iris-x3k9q')
  );
  await userEvent.click(screen.getByLabelText(/large/));
  await userEvent.clear(screen.getByLabelText('Replicas'));
  await userEvent.type(screen.getByLabelText('Replicas'), '2');
  await deploy();

  const body = {
    name: 'Iris',
    id: 'iris-x3k9q',
    group: 'research',
    model: stored.model,
    instance_type: 'large',
    replicas: 2,
    env: {},
    metadata: {},
    access: 'public',
    description: '',
    update_message: ''
  };
  await waitFor(() => expect(all.rest.create).toHaveBeenCalledWith(body));
  expect(all.rest.tryCreate).toHaveBeenCalledWith(
    body,
    true,
    expect.any(AbortSignal)
  );
  expect(all.follow).toHaveBeenCalledTimes(1);
  expect(await all.drafts.find('new')).toBeNull();
});

test('the model that is chosen shows its columns, types, ranges and an example row', async () => {
  await show();
  await chooseModel();
  const row = await screen.findByRole('row', { name: /sepal length/ });
  expect(row).toHaveTextContent('FP64');
  expect(row).toHaveTextContent('4.3 – 7.9');
  expect(row).toHaveTextContent('5.1');
});

test('a failed trial is shown with its log, and nothing is made', async () => {
  const all = await show();
  all.rest.tryCreate.mockResolvedValue({
    ...dryRun,
    trial: {
      ...dryRun.trial,
      ok: false,
      reason: 'ExampleFailed',
      message: 'ValueError: no such feature',
      log_tail: ['line one', 'ValueError: no such feature']
    }
  });
  await chooseModel();
  await deploy();
  const box = await screen.findByRole('alert', { name: 'The trial failed' });
  expect(box).toHaveTextContent('Example could not be predicted');
  expect(box).toHaveTextContent('line one');
  expect(all.rest.create).not.toHaveBeenCalled();

  // Somebody who knows better goes on.
  await userEvent.click(
    screen.getByLabelText('Deploy without trying the model first')
  );
  await deploy();
  await waitFor(() => expect(all.rest.create).toHaveBeenCalled());
  expect(all.rest.tryCreate).toHaveBeenCalledTimes(1);
});

test('what is missing is said where it is missing, and nothing is sent', async () => {
  const all = await show();
  await deploy();
  expect(screen.getByText('Choose a model')).toBeVisible();
  expect(screen.getByLabelText('Deployment Name')).toHaveAccessibleDescription(
    'Give it a name'
  );
  await userEvent.type(screen.getByLabelText('Deployment Name'), 'X');
  expect(screen.queryByText('Give it a name')).toBeNull();
  expect(all.rest.tryCreate).not.toHaveBeenCalled();
});

test('what the server says against a field stands at the field', async () => {
  const all = await show();
  all.rest.tryCreate.mockRejectedValue(
    apiError(400, 'invalid_input', 'description: too odd', {
      fields: [{ field: 'description', message: 'too odd' }]
    })
  );
  await chooseModel();
  await deploy();
  await waitFor(() =>
    expect(screen.getByLabelText('Description')).toHaveAccessibleDescription(
      'too odd'
    )
  );
});

test('an id of one’s own is checked while it is typed', async () => {
  const all = await show();
  all.choices.checkId.mockImplementation(async (id: string) => ({
    id,
    available: id !== 'taken',
    message: id === 'taken' ? 'The ID has been used by other users.' : ''
  }));
  await userEvent.click(screen.getByLabelText('Customize the ID'));
  const id = screen.getByLabelText('Deployment ID');
  expect(id).toHaveAccessibleDescription(/Please input an ID/);
  await userEvent.type(id, 'taken');
  expect(
    await screen.findByText('The ID has been used by other users.')
  ).toBeVisible();
  await userEvent.type(id, '-not');
  expect(
    await screen.findByText('✓ Your Deployment ID is available.')
  ).toBeVisible();
  await userEvent.type(id, '-');
  expect(await screen.findByText(/lower-case letters, digits/)).toBeVisible();
  expect(all.choices.checkId).not.toHaveBeenCalledWith('t', expect.anything());
});

test('environment values are masked until somebody looks, and rows are checked by the server’s rules', async () => {
  await show();
  const env = screen.getByRole('group', { name: 'Environment Variables' });
  await userEvent.click(
    within(env).getByRole('button', { name: '+ Add field' })
  );
  await userEvent.type(within(env).getByLabelText('Name 1'), '1X');
  const value = within(env).getByLabelText('Value 1');
  await userEvent.type(value, 'secret');
  expect(value).toHaveAttribute('type', 'password');
  await userEvent.click(within(env).getByLabelText('Show value 1'));
  expect(value).toHaveAttribute('type', 'text');
  await deploy();
  expect(within(env).getByText(/letters, digits and '_'/)).toBeVisible();
});

test('a copy says which environment values nobody can copy, and waits for them', async () => {
  const all = session();
  const source = deployment();
  source.spec.env = { TOKEN: '********', MODE: '********' };
  const key = all.drafts.prepare(draftOf(source, 'Iris copy'));
  await show(all, key);
  const env = screen.getByRole('group', { name: 'Environment Variables' });
  expect(env).toHaveAccessibleDescription(/entered again: TOKEN, MODE\./);
  await deploy();
  expect(
    within(env).getAllByText('Enter its value again, or remove the row')
  ).toHaveLength(2);
  expect(all.rest.tryCreate).not.toHaveBeenCalled();

  await userEvent.type(within(env).getByLabelText('Value 1'), 'hunter2');
  expect(env).toHaveAccessibleDescription(/entered again: MODE\./);
  await userEvent.click(within(env).getByLabelText('Remove row 2'));
  await deploy();
  await waitFor(() =>
    expect(all.rest.create).toHaveBeenCalledWith(
      expect.objectContaining({ env: { TOKEN: 'hunter2' } })
    )
  );
});

test('a model file is chosen in the dialog of the host, or typed', async () => {
  const all = await show();
  await userEvent.click(screen.getByLabelText('File'));
  const path = screen.getByRole('textbox', { name: 'File' });
  await userEvent.type(path, 'models/old.joblib');
  const browse = screen.getByRole('button', { name: 'Browse…' });
  await userEvent.click(browse);
  // Cancelled: what was typed stays.
  expect(all.chooseFile).toHaveBeenCalledWith('models/old.joblib');
  expect(path).toHaveValue('models/old.joblib');
  all.chooseFile.mockResolvedValue('models/new.joblib');
  await userEvent.click(browse);
  await waitFor(() => expect(path).toHaveValue('models/new.joblib'));
});

test('the form shows what the group would use, and what it has no room for', async () => {
  const client = new ScriptedClient();
  client.snapshot = { items: [deployment()], resourceVersion: 10 };
  await show(
    session({
      client,
      who: me({
        groups: [
          group({ quota: { cpu: 4, memory: null, gpu: null, deployments: 10 } })
        ]
      })
    })
  );
  expect(await screen.findByText('room for 3')).toBeVisible();
  expect(screen.getByText('room for 1')).toBeVisible();
  const replicas = screen.getByLabelText('Replicas');
  expect(replicas).toHaveAccessibleDescription('together 1 core · 1 GiB');
  await userEvent.clear(replicas);
  await userEvent.type(replicas, '5');
  expect(
    screen.getByText('This is more than the group may use: CPU.')
  ).toBeVisible();
});

test('closing the form loses nothing, discarding the draft does', async () => {
  const all = session();
  await show(all);
  await userEvent.type(screen.getByLabelText('Deployment Name'), 'Half a na');
  await userEvent.click(screen.getByRole('button', { name: 'Back' }));
  expect(screen.queryByLabelText('Deployment Name')).toBeNull();

  render(<App {...all} host="tab" start={{ view: 'create' }} />);
  expect(await screen.findByLabelText('Deployment Name')).toHaveValue(
    'Half a na'
  );
  expect(screen.getByText(/Your draft from/)).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Discard draft' }));
  expect(screen.getByLabelText('Deployment Name')).toHaveValue('');
  expect(await all.drafts.find('new')).toBeNull();
});

test('who is in no group is told whom to ask', async () => {
  render(
    <App
      {...session({ who: me({ groups: [] }) })}
      host="panel"
      start={{ view: 'create' }}
    />
  );
  await act(async () => undefined);
  expect(
    await screen.findByText(
      'No group is configured for you to launch a server. Please contact admin.'
    )
  ).toBeVisible();
});

test('an image says what it would need', async () => {
  await show();
  await userEvent.click(screen.getByLabelText('Image'));
  const field = screen.getByLabelText('Model Image');
  expect(field).toBeDisabled();
  expect(field).toHaveAccessibleDescription(/needs an engine with containers/);
});

test('the code of an image is a call that deploys images', async () => {
  const all = session({
    who: me({ engine: { ...me().engine, name: 'kubernetes', images: true } })
  });
  await show(all);
  await userEvent.click(screen.getByLabelText('Image'));
  await userEvent.type(screen.getByLabelText('Deployment Name'), 'Echo');
  await userEvent.type(screen.getByLabelText('Model Image'), 'reg.test/echo:1');
  await userEvent.click(screen.getByText('Show as code'));
  const code = await screen.findByText(/from primehub_deploy_ext import/);
  expect(code).toHaveTextContent('import deploy_image');
  expect(code).toHaveTextContent(
    'deployment = deploy_image( "reg.test/echo:1", "Echo",'
  );
  expect(code).not.toHaveTextContent('model,');
});

test('the code of a stored model beside an image names the image too', async () => {
  const all = session({
    who: me({ engine: { ...me().engine, name: 'kubernetes', images: true } })
  });
  const { spec } = deployment();
  const source = deployment({
    spec: {
      ...spec,
      model: { ...spec.model, image: 'reg.test/runner:2' },
      pull_secret: 'team-registry'
    }
  });
  const key = all.drafts.prepare(draftOf(source, 'Iris copy'));
  await show(all, key);
  await userEvent.click(screen.getByText('Show as code'));
  const code = await screen.findByText(/from primehub_deploy_ext import/);
  expect(code).toHaveTextContent('import deploy deployment = deploy( model,');
  expect(code).toHaveTextContent(
    '"Iris copy", image="reg.test/runner:2", pull_secret="team-registry",'
  );
});

test('what has to be said comes first: name, model, resources; then what is left as it is', async () => {
  await show();
  const form = screen.getByRole('form');
  const titles = [...form.querySelectorAll('.pd-Form-part > legend')];
  expect(titles.map(one => one.textContent)).toEqual([
    'Deployment Details',
    'Environment Settings',
    'More Details',
    'Metadata'
  ]);
  const details = titles[0]!;
  expect(
    within(details.parentElement!).getByLabelText('Deployment Name')
  ).toHaveFocus();
});

/** The form with a stored model, on an engine that runs it in an image of which this much is known. */
async function contained(answer?: Partial<DriftAnswer>) {
  const all = session({
    who: me({
      engine: {
        ...me().engine,
        name: 'kubernetes',
        images: true,
        runner_image: 'reg.test/runner:2'
      }
    })
  });
  if (answer) {
    all.choices.drift.mockResolvedValue(answer);
  }
  const key = all.drafts.prepare(draftOf(deployment(), 'Iris copy'));
  render(<App {...all} host="tab" start={{ view: 'create', draft: key }} />);
  expect(
    await screen.findByText('Runs in the image reg.test/runner:2')
  ).toBeVisible();
  await waitFor(() => expect(all.choices.drift).toHaveBeenCalledTimes(1));
  await act(async () => undefined);
  return all;
}

test('a stored model tells the image that it will run in', async () => {
  await contained();
  expect(screen.queryByText(/usr.bin.python3/)).toBeNull();
  // What can't be known yet is not made up.
  expect(screen.getByText(/its status names what differs/)).toBeVisible();
});

test('what the image has of other versions is named before anything is sent', async () => {
  const all = await contained({
    known: true,
    unknown: [],
    items: [
      { package: 'numpy', trained: '2.2.6', here: '1.26.4' },
      { package: 'xgboost', trained: '3.0', here: null }
    ]
  });
  const line = screen.getByText(/^The image has other versions/);
  expect(line).toHaveTextContent(
    'The image has other versions than the model was made with: numpy 1.26.4 (made with 2.2.6), xgboost missing (made with 3.0).'
  );
  expect(line).toHaveAttribute('role', 'status');
  expect(screen.queryByText(/its status names what differs/)).toBeNull();
  // It warns and keeps nobody from deploying.
  expect(screen.getByRole('button', { name: 'Deploy' })).toBeEnabled();
  const { model } = deployment().spec;
  expect(all.choices.drift).toHaveBeenCalledWith(model, expect.anything());
});

test('an image with the same versions is told as that', async () => {
  await contained({ known: true, unknown: [], items: [] });
  expect(screen.getByText('The image has the same versions.')).toBeVisible();
});

test('of what nobody knows nothing is claimed', async () => {
  await contained({ known: true, unknown: ['torch'], items: [] });
  expect(screen.getByText(/its status names what differs/)).toBeVisible();
  expect(screen.queryByText('The image has the same versions.')).toBeNull();
});

test('on an engine that runs models with their own Python nothing is compared', async () => {
  const all = session();
  const key = all.drafts.prepare(draftOf(deployment(), 'Iris copy'));
  await show(all, key);
  expect(screen.getByText(/^Runs with /)).toBeVisible();
  expect(all.choices.drift).not.toHaveBeenCalled();
});
