import React from 'react';

import { RunExample } from '../try/RunExample';
import { useDetail } from './context';
import { Environment, Metadata } from './Environment';
import { Facts } from './Facts';
import { PendingCard } from './PendingCard';
import { Progress } from './Progress';
import { Replicas } from './Replicas';
import { SignatureTable } from './SignatureTable';
import { isStarting } from './steps';
import type { ITabProps } from './tab';

/** All that is known of a deployment at one look. */
export function Information({ id, active }: ITabProps): JSX.Element {
  const { deployment } = useDetail();
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
      <RunExample id={id} />
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
