import React from 'react';

import type { Deployment } from '../api/contract';
import { ApiError } from '../api/errors';
import { useDeployments } from '../model/binding';
import { useSession } from '../ui/session';
import { PhaseIcon } from '../ui/Status';
import { useTranslation } from '../ui/translation';
import { phaseWord } from '../ui/vocabulary';

/** So many are named, the others counted. */
const NAMED = 8;

/** A deployment, as far as it is known. */
export type INamed = Pick<Deployment, 'id' | 'name'> & Partial<Deployment>;

/** The deployments that an error names in its details; null when it names none. */
export function namedIn(
  error: unknown,
  what: 'running' | 'deployments'
): readonly INamed[] | null {
  if (!(error instanceof ApiError) || error.status !== 409) {
    return null;
  }
  const found = error.body.details[what];
  return Array.isArray(found) ? (found as INamed[]) : null;
}

/** Deployments by name, with their state as far as it is known. */
export function RunningList({
  deployments
}: {
  deployments: readonly INamed[];
}): JSX.Element {
  const trans = useTranslation();
  const { administration } = useSession();
  const known = useDeployments(administration.deployments, true).deployments;
  return (
    <ul className="pd-RunningList">
      {deployments.slice(0, NAMED).map(({ id, name }) => {
        const phase = known.find(one => one.id === id)?.status.phase;
        return (
          <li key={id}>
            {phase && <PhaseIcon phase={phase} />}
            <span className="pd-RunningList-name">{name}</span>
            {phase && (
              <span className="pd-quiet">{phaseWord(phase, trans)}</span>
            )}
          </li>
        );
      })}
      {deployments.length > NAMED && (
        <li className="pd-quiet">
          {trans.__('and %1 more', deployments.length - NAMED)}
        </li>
      )}
    </ul>
  );
}
