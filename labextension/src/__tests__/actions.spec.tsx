import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import type { Deployment } from '../api/contract';
import type { Place } from '../model/place';
import { DeploymentAction, useDeploymentControls } from '../ui/actions';
import { AskProvider } from '../ui/dialogs';
import { NavigationProvider } from '../ui/navigation';
import { SessionProvider } from '../ui/session';
import {
  IScriptedSession,
  apiError,
  deployment,
  group,
  me,
  session
} from './fixtures';

const onPlace = jest.fn();

/** Buttons for all that can be done, in two views of one tab. */
function show(item: Deployment = deployment()): IScriptedSession {
  const all = session({ who: me({ groups: [group()] }) });
  const view = (name: string) => (
    <NavigationProvider onPlace={onPlace}>
      <AskProvider>
        <Buttons item={item} name={name} />
      </AskProvider>
    </NavigationProvider>
  );
  render(
    <SessionProvider value={all}>
      {view('one')}
      {view('other')}
    </SessionProvider>
  );
  return all;
}

function Buttons({ item, name }: { item: Deployment; name: string }) {
  const controls = useDeploymentControls();
  const act = (action: DeploymentAction) => () =>
    void controls.run(action, item);
  return (
    <section aria-label={name}>
      <button onClick={act('stop')}>stop</button>
      <button onClick={act('restart')}>restart</button>
      <button onClick={act('scale')}>scale</button>
      <button onClick={act('delete')}>delete</button>
      <button onClick={() => controls.copyEndpoint(item)}>endpoint</button>
      <button onClick={() => controls.copyCurl(item)}>curl</button>
      <button onClick={() => controls.clone(item)}>clone</button>
      <output>{controls.busy.get(item.id) ?? 'idle'}</output>
    </section>
  );
}

const press = (name: string, view = 'one') =>
  userEvent.click(
    within(screen.getByRole('region', { name: view })).getByRole('button', {
      name
    })
  );
const confirm = (name: string) =>
  userEvent.click(
    within(screen.getByRole('dialog')).getByRole('button', { name })
  );
const states = () =>
  screen.getAllByRole('status').map(output => output.textContent);

test('what is asked for shows as busy in every view, once, until the server answered', async () => {
  const { rest } = show();
  let answer = () => undefined as void;
  rest.restart.mockReturnValue(
    new Promise<void>(resolve => (answer = resolve))
  );
  await press('restart');
  await confirm('Restart');
  expect(states()).toEqual(['restart', 'restart']);
  await press('stop', 'other');
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  await act(async () => answer());
  await waitFor(() => expect(states()).toEqual(['idle', 'idle']));
  expect(rest.restart).toHaveBeenCalledTimes(1);
});

test('what the server refuses is reported, and can be asked for again', async () => {
  const { rest, report } = show();
  const refusal = apiError(403, 'forbidden', 'no');
  rest.stop.mockRejectedValue(refusal);
  await press('stop');
  await confirm('Stop');
  expect(report).toHaveBeenCalledWith(refusal);
  expect(states()).toEqual(['idle', 'idle']);
});

describe('scaling', () => {
  test('says what the group would then use, and what is too much', async () => {
    const { rest } = show();
    await press('scale');
    const dialog = within(screen.getByRole('dialog'));
    expect(await dialog.findByText('1 of 4 cores')).toBeVisible();
    const input = dialog.getByRole('textbox', { name: 'Replicas' });
    await userEvent.type(input, '{Control>}a{/Control}3');
    expect(dialog.getByText('1 of 4 cores, then 3 cores')).toBeVisible();
    await userEvent.clear(input);
    await userEvent.type(input, '6');
    expect(dialog.getByRole('status')).toHaveTextContent(
      'More than the quota of the group allows: CPU.'
    );
    await userEvent.click(dialog.getByRole('button', { name: 'One less' }));
    await confirm('Scale to 5 replicas');
    expect(rest.scale).toHaveBeenCalledWith('iris', 5);
  });

  test.each(['0', '101', 'two', ''])(
    '%p is no number of replicas',
    async text => {
      const { rest } = show();
      await press('scale');
      const input = screen.getByRole('textbox', { name: 'Replicas' });
      await userEvent.clear(input);
      if (text) {
        await userEvent.type(input, text);
      }
      expect(input).toBeInvalid();
      expect(screen.getByRole('button', { name: 'Scale' })).toBeDisabled();
      await userEvent.type(input, '{Enter}');
      expect(rest.scale).not.toHaveBeenCalled();
    }
  );

  test('to what it has changes nothing', async () => {
    const { rest } = show();
    await press('scale');
    await confirm('Scale');
    expect(rest.scale).not.toHaveBeenCalled();
  });
});

test('deleting says what is lost, and wants the name', async () => {
  const { rest } = show(
    deployment({
      revision: 7,
      spec: { ...deployment().spec, access: 'private' }
    })
  );
  await press('delete');
  const dialog = within(screen.getByRole('dialog'));
  expect(dialog.getByText('its history of 7 revisions')).toBeVisible();
  expect(dialog.getByText('its clients and their tokens')).toBeVisible();
  await userEvent.type(dialog.getByRole('textbox'), 'Iris{Enter}');
  expect(rest.delete).not.toHaveBeenCalled();
  await userEvent.paste(' classifier');
  await userEvent.keyboard('{Enter}');
  expect(rest.delete).toHaveBeenCalledWith('iris');
});

test('what is copied is told', async () => {
  const { copy, tell } = show();
  await press('endpoint');
  expect(copy).toHaveBeenCalledWith('http://127.0.0.1:8123/deployment/iris/');
  expect(tell).toHaveBeenCalledWith('Endpoint of Iris classifier copied');
  await press('curl');
  expect(copy).toHaveBeenLastCalledWith(
    expect.stringMatching(/^curl -sS http/)
  );
});

test('a clone begins as a draft', async () => {
  const { drafts } = show();
  await press('clone');
  const [{ view, draft }] = onPlace.mock.lastCall as [
    Place & { draft: string }
  ];
  expect(view).toBe('create');
  expect(drafts.peek(draft)?.draft).toMatchObject({
    name: 'Copy of Iris classifier',
    id: '',
    instanceType: 'small'
  });
});
