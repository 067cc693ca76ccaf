import React, { Suspense, lazy } from 'react';

import { Skeleton } from '../ui/notices';
import { useTranslation } from '../ui/translation';
import { useDetail } from './context';
import { Environment, Metadata } from './Environment';
import { Facts } from './Facts';
import { Section } from './parts';
import { PartBoundary } from './PartBoundary';
import { PendingCard } from './PendingCard';
import { Progress } from './Progress';
import { Replicas } from './Replicas';
import { SignatureTable } from './SignatureTable';
import { isStarting } from './steps';
import type { ITabProps } from './tab';

const RunExample = lazy(async () => ({
  default: (await import('../try/RunExample')).RunExample
}));

/** All that is known of a deployment at one look. */
export function Information({ id, active }: ITabProps): JSX.Element {
  const trans = useTranslation();
  const { deployment } = useDetail();
  const example = trans.__('Run an Example');
  const run = (
    <div key="run" className="pd-Info-side">
      <Progress active={active} />
      <Replicas active={active} />
    </div>
  );
  const facts = (
    <div key="facts" className="pd-Info-main">
      <Facts active={active} />
      <Metadata />
      <Environment />
      <SignatureTable />
      <PartBoundary title={example}>
        <Section title={example}>
          <Suspense
            fallback={<Skeleton what={trans.__('Loading %1…', example)} />}
          >
            <RunExample id={id} />
          </Suspense>
        </Section>
      </PartBoundary>
    </div>
  );
  return (
    <>
      <PendingCard active={active} />
      <div className="pd-Info">
        {/* While it starts, that is what people look for. */}
        {isStarting(deployment) ? [run, facts] : [facts, run]}
      </div>
    </>
  );
}
