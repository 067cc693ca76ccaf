import React from 'react';

import type { Deployment, Model, Revision } from '../api/contract';
import { useDetail } from '../detail/context';
import { formatMemory } from '../model/quantities';
import { exactTime } from '../ui/time';
import { useLocale, useTranslation } from '../ui/translation';
import { groupTitleIn, stepWords } from '../ui/vocabulary';
import { tensorWords } from './differences';
import { Outcome } from './Outcome';
import { PostMortem } from './PostMortem';
import {
  actionWord,
  changeWords,
  durationWords,
  instanceTypeWords
} from './words';

/** All that is known of one revision. */
export function RevisionView({
  deployment,
  revision,
  before,
  active
}: {
  deployment: Deployment;
  revision: Revision;
  before: Revision | undefined;
  active: boolean;
}): JSX.Element {
  const trans = useTranslation();
  const locale = useLocale();
  const { me } = useDetail();
  const { spec } = revision;
  const changes = changeWords(revision, before, trans);
  return (
    <div className="pd-RevisionView">
      {revision.outcome === 'failed' && (
        <PostMortem id={deployment.id} revision={revision} active={active} />
      )}
      <dl className="pd-Facts">
        <Fact title={trans.__('Outcome')}>
          <Outcome revision={revision} active={active} />
        </Fact>
        <Fact title={trans.__('Action')}>{actionWord(revision, trans)}</Fact>
        <Fact title={trans.__('Changes')}>{changes.join(' · ')}</Fact>
        <Fact title={trans.__('Update Message')}>
          {revision.update_message}
        </Fact>
        <Fact title={trans.__('User')}>{revision.user}</Fact>
        <Fact title={trans.__('Timestamp')}>
          {exactTime(revision.created_at, locale)}
        </Fact>
        <Fact title={trans.__('Stop')}>
          {spec.stopped ? trans.__('true') : trans.__('false')}
        </Fact>
        {/* What the original calls the image: here it may be a stored model, or one in an image. */}
        <Fact title={trans.__('Model Image')}>
          <ModelText model={spec.model} />
        </Fact>
        {(spec.model.image || spec.pull_secret) && (
          <Fact title={trans.__('Image Pull Secret')}>{spec.pull_secret}</Fact>
        )}
        <Fact title={trans.__('Replicas')}>{spec.replicas}</Fact>
        <Fact title={trans.__('Group')}>
          {groupTitleIn(me?.groups, deployment.group)}
        </Fact>
        <Fact title={trans.__('Instance Type')}>
          {instanceTypeWords(spec, trans)}
        </Fact>
        <Fact title={trans.__('Access')}>
          {spec.access === 'private' ? trans.__('private') : trans.__('public')}
        </Fact>
        <Fact title={trans.__('Description')}>{spec.description}</Fact>
        <Fact title={trans.__('Metadata')}>
          <Pairs of={spec.metadata} />
        </Fact>
        <Fact title={trans.__('Environment Variables')}>
          <Pairs of={spec.env} />
        </Fact>
        {/* Where there are containers, replicas run in an image instead. */}
        <Fact title={trans.__('Trained with')}>
          {spec.model.artifact && (
            <>
              {trans.__('Python %1', spec.model.python_version)}{' '}
              <span className="pd-quiet pd-breakable">
                {spec.model.interpreter}
              </span>
            </>
          )}
        </Fact>
        <Fact title={trans.__('Libraries')}>
          <Pairs of={spec.model.packages} />
        </Fact>
        <Fact title={trans.__('Inputs')}>
          <Pairs of={tensors(spec.model.signature?.inputs)} />
        </Fact>
        <Fact title={trans.__('Outputs')}>
          <Pairs of={tensors(spec.model.signature?.outputs)} />
        </Fact>
        <Fact title={trans.__('Steps')}>
          <Steps revision={revision} />
        </Fact>
      </dl>
    </div>
  );
}

const tensors = (
  of: readonly Parameters<typeof tensorWords>[0][] = []
): Record<string, string> =>
  Object.fromEntries(of.map(tensor => [tensor.name, tensorWords(tensor)]));

function Fact({
  title,
  children
}: React.PropsWithChildren<{ title: string }>): JSX.Element {
  return (
    <>
      <dt>{title}</dt>
      <dd>{children === '' || children === undefined ? '-' : children}</dd>
    </>
  );
}

function ModelText({ model }: { model: Model }): JSX.Element {
  const trans = useTranslation();
  const { artifact, class_name, image, size } = model;
  return (
    <>
      {artifact && (
        <div>
          {class_name || trans.__('a model')}
          <span className="pd-quiet">
            {' '}
            {formatMemory(size)} · <code>{artifact}</code>
          </span>
        </div>
      )}
      {image && <code className="pd-breakable">{image}</code>}
    </>
  );
}

function Pairs({
  of
}: {
  of: Readonly<Record<string, string>> | undefined;
}): JSX.Element {
  const pairs = Object.entries(of ?? {});
  return pairs.length === 0 ? (
    <>-</>
  ) : (
    <ul className="pd-Pairs">
      {pairs.map(([name, value]) => (
        <li key={name}>
          <span className="pd-Pairs-name">{name}</span> {value}
        </li>
      ))}
    </ul>
  );
}

/** How long its slowest replica took for each step. */
function Steps({ revision }: { revision: Revision }): JSX.Element {
  const trans = useTranslation();
  const steps = revision.steps ?? [];
  if (steps.length === 0) {
    return (
      <>{trans.__('It started no replica: those that ran went on serving.')}</>
    );
  }
  const ends = [
    ...steps.slice(1).map(step => step.since),
    revision.finished_at ?? null
  ];
  return (
    <ul className="pd-Pairs">
      {steps.map(({ step, since }, index) => {
        const end = ends[index];
        const seconds = end
          ? (Date.parse(end) - Date.parse(since)) / 1000
          : null;
        return (
          <li key={index}>
            <span className="pd-Pairs-name">{stepWords(step, trans)}</span>{' '}
            {seconds === null ? '' : durationWords(Math.max(0, seconds), trans)}
          </li>
        );
      })}
    </ul>
  );
}
