import '../../style/forms.css';
import '../../style/deploy.css';

import React, { useState } from 'react';

import type { Me } from '../api/contract';
import { useResource } from '../model/binding';
import { EMPTY_DRAFT, IDraft, IKeptDraft, NEW_DRAFT } from '../model/drafts';
import { NoGroup, NotEnabled, ReadOnly } from '../ui/access';
import { useNavigation } from '../ui/navigation';
import { Skeleton } from '../ui/notices';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { groupTitle } from '../ui/vocabulary';
import { Actions } from './Actions';
import { newDeployment } from './body';
import { check } from './checks';
import { CodeDrawer } from './CodeDrawer';
import { FormProvider } from './context';
import { Details, Metadata, MoreDetails } from './Details';
import { DraftNotice } from './DraftNotice';
import { Environment } from './Environment';
import { Shell } from './Shell';
import { TrialPart } from './TrialPart';
import { useDraft, useKeptDraft } from './useDraft';
import { useFields } from './useFields';
import { useSending } from './useSending';
import { useSizes } from './useSizes';
import { tryingWords } from './words';

export interface ICreateFormProps {
  /** Key of what the form begins with, where something prepared it (`model/drafts.ts`). */
  draft?: string;
  /** Whether a person can see it. */
  active: boolean;
}

/** Makes a new deployment. */
export function CreateForm(props: ICreateFormProps): JSX.Element {
  const { draft: key = NEW_DRAFT, active } = props;
  const { drafts, me } = useSession();
  const kept = useKeptDraft(drafts, key);
  const { value: who } = useResource(me, active);
  if (kept === undefined || who === null) {
    return <Skeleton />;
  }
  if (!who.can_write) {
    return <ReadOnly />;
  }
  const [only] = who.groups;
  if (!only) {
    return <NoGroup />;
  }
  if (who.groups.every(group => !group.enabled)) {
    return <NotEnabled group={groupTitle(only)} />;
  }
  return (
    <Creation key={key} draftKey={key} kept={kept} me={who} active={active} />
  );
}

/** What a form begins with: the group that the server would choose too. */
function beginning(me: Me): IDraft {
  const enabled = me.groups.filter(group => group.enabled);
  const own = enabled.find(group => group.name === me.user);
  const group = own ?? (enabled.length === 1 ? enabled[0] : undefined);
  return { ...EMPTY_DRAFT, group: group?.name ?? '' };
}

function Creation({
  draftKey,
  kept,
  me,
  active
}: {
  draftKey: string;
  kept: IKeptDraft | null;
  me: Me;
  active: boolean;
}): JSX.Element {
  const trans = useTranslation();
  const { drafts, client, follow } = useSession();
  const { go } = useNavigation();
  const [first] = useState(() => beginning(me));
  const [start] = useState(() =>
    kept
      ? {
          ...kept,
          draft: { ...kept.draft, group: kept.draft.group || first.group }
        }
      : null
  );
  const drafting = useDraft(drafts, draftKey, start, first);
  const { draft, done } = drafting;
  const sending = useSending();
  const { phase, messages } = sending;
  const [skip, setSkip] = useState(false);
  const [custom, setCustom] = useState(draft.id !== '');
  const [proposed, setProposed] = useState('');
  const sizes = useSizes(draft.group);
  const size =
    sizes?.find(one => one.name === draft.instanceType) ??
    (draft.instanceType === '' ? sizes?.[0] : undefined);

  const fields = useFields(drafting, sending, {
    me,
    deployment: null,
    sizes,
    size,
    active
  });
  const { set, busy } = fields;

  const submit = () => {
    const wrong = { ...check(draft, trans) };
    if (draft.group === '') {
      wrong['group'] = trans.__('Please select a group!');
    }
    if (custom && draft.id === '') {
      wrong['id'] = trans.__('Please input an ID');
    }
    const body = newDeployment(draft, custom ? draft.id : proposed);
    sending.submit(wrong, skip, {
      attempt: signal => client.tryCreate(body, me.engine.trials, signal),
      send: async () => {
        const deployment = await client.create(body);
        done();
        follow(deployment);
        go({ view: 'deployment', id: deployment.id });
      }
    });
  };

  return (
    <FormProvider value={fields}>
      <Shell
        title={trans.__('Create Deployment')}
        messages={messages}
        problem={sending.problem}
        busy={busy}
        doing={
          phase === 'trying'
            ? tryingWords(me, trans)
            : phase === 'sending'
              ? trans.__('Creating the deployment…')
              : ''
        }
        above={
          <TrialPart
            sending={sending}
            tries={me.engine.trials}
            skip={skip}
            onSkip={setSkip}
          />
        }
        actions={
          <Actions
            drafting={drafting}
            sending={sending}
            label={trans.__('Deploy')}
            onDiscard={() => {
              drafting.discard(first);
              setCustom(false);
            }}
          />
        }
        onSubmit={submit}
      >
        <DraftNotice
          restored={draftKey === NEW_DRAFT ? drafting.restored : null}
        />
        <div className="pd-DeployForm-columns">
          <Details
            custom={custom}
            onCustom={(on, suggestion) => {
              setCustom(on);
              set({ id: on ? suggestion : '' });
            }}
            onProposed={setProposed}
          />
          <Environment />
          <div>
            <MoreDetails />
            <Metadata />
            <CodeDrawer
              body={newDeployment(draft, custom ? draft.id : proposed)}
            />
          </div>
        </div>
      </Shell>
    </FormProvider>
  );
}
