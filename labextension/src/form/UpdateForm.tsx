import '../../style/forms.css';
import '../../style/deploy.css';

import React, { useMemo, useState } from 'react';

import { ConflictBox } from '../admin/ConflictBox';
import { undecided } from '../admin/editing';
import type { Deployment, Me } from '../api/contract';
import { ApiError } from '../api/errors';
import { useDeployment } from '../detail/useDeployment';
import { useResource } from '../model/binding';
import { IKeptDraft, changeKey } from '../model/drafts';
import { ReadOnly } from '../ui/access';
import { useNavigation } from '../ui/navigation';
import { NoSuchDeployment, Skeleton } from '../ui/notices';
import { obstacle } from '../ui/obstacle';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { Actions } from './Actions';
import { changeBody, changedIn, restarts } from './body';
import { Changes } from './Changes';
import { check } from './checks';
import { FormProvider } from './context';
import { Details, Metadata, MoreDetails } from './Details';
import { DraftNotice } from './DraftNotice';
import { Environment } from './Environment';
import { Shell } from './Shell';
import { TrialPart } from './TrialPart';
import { useDraft, useKeptDraft } from './useDraft';
import { useFields } from './useFields';
import { baseOf, useMerging } from './useMerging';
import { useSending } from './useSending';
import { useSizes } from './useSizes';
import { fieldTitle, fieldWords, tryingWords } from './words';

export interface IUpdateFormProps {
  id: string;
  /** Whether a person can see it. */
  active: boolean;
}

/** Changes a deployment. */
export function UpdateForm({ id, active }: IUpdateFormProps): JSX.Element {
  const { drafts, me, store } = useSession();
  const kept = useKeptDraft(drafts, changeKey(id));
  const { value: who } = useResource(me, active);
  const { state, deployment, presence } = useDeployment(id, active);
  if (deployment === null && presence === 'unknown') {
    return <NoSuchDeployment id={id} />;
  }
  const blocked =
    deployment === null ? obstacle(state, () => void store.refresh()) : null;
  if (blocked) {
    return blocked;
  }
  if (kept === undefined || who === null || deployment === null) {
    return <Skeleton />;
  }
  if (!who.can_write) {
    return <ReadOnly />;
  }
  return (
    <Change
      deployment={deployment}
      gone={presence === 'gone'}
      kept={kept}
      me={who}
      active={active}
    />
  );
}

function Change({
  deployment,
  gone,
  kept,
  me,
  active
}: {
  deployment: Deployment;
  gone: boolean;
  kept: IKeptDraft | null;
  me: Me;
  active: boolean;
}): JSX.Element {
  const trans = useTranslation();
  const { drafts, client, follow } = useSession();
  const { go, back } = useNavigation();
  const { id } = deployment;
  const [begin] = useState(() => kept?.base ?? baseOf(deployment));
  const drafting = useDraft(drafts, changeKey(id), kept, begin.draft, begin);
  const { draft, done } = drafting;
  const merging = useMerging(begin, draft, deployment);
  const { against, conflict, choices, final, meet } = merging;
  const sending = useSending();
  const { phase, messages } = sending;
  const [skip, setSkip] = useState(false);
  const sizes = useSizes(deployment.group);
  const { resources, instance_type: given } = deployment.spec;
  // What it has was fixed when it was chosen, whatever became of the type since.
  const size = useMemo(
    () =>
      draft.instanceType === given
        ? { ...sizeOf(given), ...resources }
        : sizes?.find(one => one.name === draft.instanceType),
    [draft.instanceType, given, resources, sizes]
  );

  const fields = useFields(drafting, sending, {
    me,
    deployment,
    sizes,
    size,
    active
  });
  const { busy } = fields;

  const changed = changedIn(against.draft, final);
  const tries = me.engine.trials && restarts(changed, deployment);
  const open = (conflict ?? []).some(found => undecided(found, choices));
  const submit = () => {
    const body = changeBody(final, changed);
    const { revision } = against;
    const met = async <T,>(step: Promise<T>): Promise<T> => {
      try {
        return await step;
      } catch (error) {
        if (isStale(error)) {
          meet(await client.get(id));
        }
        throw error;
      }
    };
    sending.submit(check(final, trans), skip, {
      attempt: signal =>
        met(client.tryUpdate(id, body, tries, revision, signal)),
      send: async () => {
        const next = await met(client.update(id, body, revision));
        done();
        follow(next);
        go({ view: 'deployment', id });
      }
    });
  };

  // What the box about the conflict says need not be said twice.
  const problem =
    conflict !== null && isStale(sending.problem) ? null : sending.problem;
  return (
    <FormProvider value={fields}>
      <Shell
        title={trans.__('Update %1', deployment.name)}
        messages={messages}
        problem={problem}
        busy={busy}
        doing={
          phase === 'trying'
            ? tries
              ? tryingWords(me, trans)
              : trans.__('Checking…')
            : phase === 'sending'
              ? trans.__('Sending the update…')
              : ''
        }
        above={
          <>
            {gone && (
              <p className="pd-Form-problem" role="alert">
                {trans.__(
                  'The deployment was deleted. What you typed is kept.'
                )}
              </p>
            )}
            <TrialPart
              sending={sending}
              tries={tries}
              skip={skip}
              onSkip={setSkip}
            />
          </>
        }
        actions={
          <Actions
            drafting={drafting}
            sending={sending}
            label={trans.__('Confirm and Deploy')}
            disabled={changed.size === 0 || open || gone}
            onDiscard={() => drafting.discard(against.draft)}
            onLeave={back ?? undefined}
          />
        }
        onSubmit={submit}
      >
        <DraftNotice restored={drafting.restored} />
        {conflict !== null && conflict.length > 0 && (
          <div className="pd-DeployForm-notice">
            <ConflictBox
              editing={merging}
              titles={Object.fromEntries(
                conflict.map(({ field }) => [field, fieldTitle(field, trans)])
              )}
              words={(field, value) => fieldWords(field, value, trans)}
            />
          </div>
        )}
        <div className="pd-DeployForm-columns">
          <Details
            custom
            onCustom={() => undefined}
            onProposed={() => undefined}
          />
          <Environment />
          <div>
            <MoreDetails />
            <Metadata />
            <Changes
              before={against.draft}
              after={final}
              deployment={deployment}
            />
          </div>
        </div>
      </Shell>
    </FormProvider>
  );
}

function sizeOf(name: string) {
  return {
    name,
    display_name: '',
    description: '',
    groups: null,
    version: 0
  };
}

/** Somebody else changed it since it was read. */
function isStale(error: unknown): boolean {
  return (
    error instanceof ApiError &&
    error.status === 409 &&
    error.code === 'conflict'
  );
}
