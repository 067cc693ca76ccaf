import React, { PropsWithChildren } from 'react';

import type { Model } from '../api/contract';
import { Endpoint } from '../ui/CopyButton';
import { internalNote, isInternal } from '../ui/internal';
import { useNavigation } from '../ui/navigation';
import { amount } from '../ui/QuotaBars';
import { Status } from '../ui/Status';
import { exactTime, relativeTime, useNow } from '../ui/time';
import { useLocale, useTranslation } from '../ui/translation';
import { groupTitleIn } from '../ui/vocabulary';
import { useDetail } from './context';
import { CopyText } from './CopyText';
import { Section } from './parts';

/** How much of a hash tells models apart. */
const SHORT_HASH = 12;

/** Every row of the original's table, and what is ours beyond. */
export function Facts({ active }: { active: boolean }): JSX.Element {
  const trans = useTranslation();
  const { deployment, me } = useDetail();
  const { go } = useNavigation();
  const { id, name, spec, status, endpoint, revision, serving_revision } =
    deployment;
  const now = useNow(status.phase === 'Deploying' ? 1000 : 30_000, active);
  const { ready, desired } = status.replicas;
  const { artifact } = spec.model;
  // Beside a stored model it is what that runs in.
  const image =
    spec.model.image || (artifact ? me?.engine.runner_image : undefined);
  return (
    <Section title={trans.__('Information')}>
      <dl className="pd-Table-facts">
        <Fact name={trans.__('Status')}>
          <Status deployment={deployment} now={now} />
        </Fact>
        <Fact name={trans.__('Message')}>{status.message || <None />}</Fact>
        <Fact name={trans.__('Endpoint')}>
          <Endpoint url={endpoint} />
          {isInternal(endpoint) && (
            <p className="pd-quiet">{internalNote(trans)}</p>
          )}
        </Fact>
        {artifact && (
          <Fact name={trans.__('Model')}>
            <ModelFacts model={spec.model} contained={me?.engine.images} />
          </Fact>
        )}
        {image && (
          <Fact name={artifact ? trans.__('Runs in') : trans.__('Model Image')}>
            <CopyText
              text={image}
              what={trans.__('Copy the name of the image')}
            />
          </Fact>
        )}
        {spec.pull_secret && (
          <Fact name={trans.__('Image Pull Secret')}>{spec.pull_secret}</Fact>
        )}
        <Fact name={trans.__('Replicas')}>
          {trans.__('%1 of %2 ready', ready, desired)}
        </Fact>
        <Fact name={trans.__('Deployment Name')}>{name}</Fact>
        <Fact name={trans.__('Deployment ID')}>
          <CopyText text={id} what={trans.__('Copy the id')} />
        </Fact>
        <Fact name={trans.__('Group')}>
          {groupTitleIn(me?.groups, deployment.group)}
        </Fact>
        <Fact name={trans.__('Instance Type')}>
          <InstanceTypeFacts />
        </Fact>
        <Fact name={trans.__('Access')}>
          {spec.access === 'private'
            ? trans.__('Private: its clients, by token')
            : trans.__('Public: whoever reaches the endpoint')}{' '}
          <button
            type="button"
            className="pd-Link"
            onClick={() => go({ view: 'deployment', id, tab: 'access' })}
          >
            {trans.__('Who may call')}
          </button>
        </Fact>
        <Fact name={trans.__('Revision')}>
          {serving_revision === revision
            ? trans.__('%1, serves', revision)
            : serving_revision
              ? trans.__('%1; revision %2 serves', revision, serving_revision)
              : trans.__('%1; none serves', revision)}{' '}
          <button
            type="button"
            className="pd-Link"
            onClick={() => go({ view: 'deployment', id, tab: 'history' })}
          >
            {trans.__('History')}
          </button>
        </Fact>
        <Fact name={trans.__('Creation Time')}>
          <Moment
            time={deployment.created_at}
            now={now}
            by={deployment.created_by}
          />
        </Fact>
        <Fact name={trans.__('Last Updated')}>
          <Moment
            time={deployment.updated_at}
            now={now}
            by={deployment.updated_by}
          />
        </Fact>
        <Fact name={trans.__('Description')}>
          {spec.description ? (
            <span className="pd-Prose">{spec.description}</span>
          ) : (
            <None />
          )}
        </Fact>
      </dl>
    </Section>
  );
}

function Fact({
  name,
  children
}: PropsWithChildren<{ name: string }>): JSX.Element {
  return (
    <div className="pd-Fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function None(): JSX.Element {
  const trans = useTranslation();
  return <span className="pd-quiet">{trans.__('none')}</span>;
}

function Moment({
  time,
  now,
  by
}: {
  time: string;
  now: number;
  by: string;
}): JSX.Element {
  const trans = useTranslation();
  const locale = useLocale();
  return (
    <>
      <time dateTime={time}>{exactTime(time, locale)}</time>{' '}
      <span className="pd-quiet">
        {trans.__('%1, by %2', relativeTime(time, now, locale), by)}
      </span>
    </>
  );
}

/** Class, size, hash and what it was made with. */
function ModelFacts({
  model,
  contained = true
}: {
  model: Model;
  /** It runs in an image: what trained it is not there. */
  contained: boolean | undefined;
}): JSX.Element {
  const trans = useTranslation();
  const path = (model.class_name ?? '').split('.');
  const [name, modules] = [path.pop(), path.join('.')];
  const made = [
    model.python_version && trans.__('Python %1', model.python_version),
    ...Object.entries(model.packages ?? {}).map(
      ([name, version]) => `${name} ${version}`
    )
  ]
    .filter(Boolean)
    .join(' · ');
  return (
    <>
      <div>
        {model.class_name ? (
          <>
            <code className="pd-breakable">{name}</code>
            {modules && <div className="pd-quiet pd-breakable">{modules}</div>}
          </>
        ) : (
          trans.__('unnamed model')
        )}
      </div>
      <div className="pd-Fact-line">
        {amount('memory', model.size, trans)}
        {' · '}
        <CopyText
          text={model.artifact}
          shown={model.artifact.slice(0, SHORT_HASH)}
          what={trans.__('Copy the SHA-256 of the model')}
        />
      </div>
      <div className="pd-quiet pd-breakable">
        {contained ? trans.__('trained with %1', made) : made}
      </div>
      {!contained && (
        <div className="pd-quiet pd-breakable">{model.interpreter}</div>
      )}
    </>
  );
}

/** What each replica was given; a type that is gone says so. */
function InstanceTypeFacts(): JSX.Element {
  const trans = useTranslation();
  const { deployment, me } = useDetail();
  const { spec, group } = deployment;
  const owner = me?.groups.find(({ name }) => name === group);
  const { cpu, memory, gpu } = spec.resources ?? {};
  const amounts = [
    trans.__('CPU: %1', cpu ?? trans.__('shared')),
    trans.__(
      'memory: %1',
      memory ? amount('memory', memory, trans) : trans.__('not limited')
    ),
    trans.__('GPU: %1', gpu ?? 0)
  ];
  return (
    <>
      {spec.instance_type}{' '}
      <span className="pd-quiet">({amounts.join(', ')})</span>
      {owner && !owner.instance_types.includes(spec.instance_type) && (
        <p className="pd-Deleted">
          {trans.__('deleted or withdrawn; what runs keeps it')}
        </p>
      )}
    </>
  );
}
