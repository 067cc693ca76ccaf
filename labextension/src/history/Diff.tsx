import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useMemo } from 'react';

import type { Deployment, Revision } from '../api/contract';
import { useAsk } from '../ui/dialogs';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { IDifference, ISection, SectionName, differences } from './differences';
import { between } from './find';
import { Rollback } from './Rollback';
import { revisionTitle } from './words';

export interface IDiffProps {
  deployment: Deployment;
  /** Newest first. */
  revisions: readonly Revision[];
  /** The earlier one. */
  left: Revision;
  right: Revision;
  /** Whether the caller may change it. */
  writable: boolean;
  /** A rollback is under way. */
  onRolledBack: () => void;
}

/** What tells two revisions apart, and the way back to one of them. */
export function Diff(props: IDiffProps): JSX.Element {
  const { deployment, revisions, left, right } = props;
  const trans = useTranslation();
  const sections = useMemo(
    () =>
      differences(
        left,
        right,
        between(revisions, left.number, right.number),
        trans
      ),
    [revisions, left, right, trans]
  );
  const headOf = (revision: Revision) => {
    const title = revisionTitle(revision, trans);
    return revision.number === deployment.serving_revision
      ? trans.__('Revision %1, serving', title)
      : trans.__('Revision %1', title);
  };
  const changed = sections.some(({ rows }) =>
    rows.some(row => row.kind !== 'same')
  );
  return (
    <div className="pd-Diff">
      {!changed && (
        <p className="pd-Hint">
          {trans.__('Nothing differs: both ran the same.')}
        </p>
      )}
      {sections.map(section => (
        <Section
          key={section.name}
          section={section}
          left={headOf(left)}
          right={headOf(right)}
        />
      ))}
      <WaysBack {...props} />
    </div>
  );
}

function sectionTitle(name: SectionName, trans: TranslationBundle): string {
  switch (name) {
    case 'specification':
      return trans.__('Specification');
    case 'model':
      return trans.__('Model');
    case 'artifact':
      return trans.__('Artifact');
    case 'signature':
      return trans.__('Signature');
    case 'libraries':
      return trans.__('Library versions');
  }
}

function Section({
  section,
  left,
  right
}: {
  section: ISection;
  left: string;
  right: string;
}): JSX.Element | null {
  const trans = useTranslation();
  const differing = section.rows.filter(row => row.kind !== 'same');
  const same = section.rows.filter(
    row => row.kind === 'same' && (row.left ?? '') !== ''
  );
  if (differing.length + same.length === 0) {
    return null;
  }
  const title = sectionTitle(section.name, trans);
  return (
    <section className="pd-Diff-section" aria-label={title}>
      <h4>{title}</h4>
      {differing.length > 0 && (
        <table className="pd-Diff-table">
          <thead>
            <tr>
              <th scope="col" className="pd-Diff-name">
                {trans.__('What')}
              </th>
              <th scope="col">{left}</th>
              <th scope="col">{right}</th>
            </tr>
          </thead>
          <tbody>
            {differing.map(row => (
              <Difference key={row.name} row={row} />
            ))}
          </tbody>
        </table>
      )}
      {same.length > 0 && (
        <details>
          <summary>
            {trans._n('%1 unchanged', '%1 unchanged', same.length)}
          </summary>
          <dl className="pd-Facts">
            {same.map(row => (
              <React.Fragment key={row.name}>
                <dt>{row.name}</dt>
                <dd>{row.left}</dd>
              </React.Fragment>
            ))}
          </dl>
        </details>
      )}
    </section>
  );
}

function Difference({ row }: { row: IDifference }): JSX.Element {
  const trans = useTranslation();
  const side = (value: string | null, which: 'left' | 'right') => (
    <td className={`pd-Diff-${which}${value === null ? ' pd-mod-absent' : ''}`}>
      {value === null ? (
        <em>{trans.__('not there')}</em>
      ) : value === '' ? (
        <em>{trans.__('empty')}</em>
      ) : (
        value
      )}
      {which === 'right' && row.note && (
        <span className="pd-Diff-note"> {row.note}</span>
      )}
    </td>
  );
  return (
    <tr>
      <th scope="row">{row.name}</th>
      {row.kind === 'hidden' ? (
        <td colSpan={2} className="pd-quiet">
          {trans.__('The values are hidden, and may differ.')}
        </td>
      ) : (
        <>
          {side(row.left, 'left')}
          {side(row.right, 'right')}
        </>
      )}
    </tr>
  );
}

/** Back to either of the two, as far as it isn't what the deployment is at. */
function WaysBack(props: IDiffProps): JSX.Element | null {
  const { deployment, revisions, left, right, writable, onRolledBack } = props;
  const trans = useTranslation();
  const ask = useAsk();
  const { follow } = useSession();
  const current = revisions.find(
    revision => revision.number === deployment.revision
  );
  if (!writable || !current) {
    return null;
  }
  const rollBack = async (target: Revision) => {
    const result = await ask<Deployment | null>(answer => (
      <Rollback
        deployment={deployment}
        target={target}
        current={current}
        between={between(revisions, target.number, current.number)}
        onAnswer={answer}
      />
    ));
    if (result) {
      follow(result, 'rollback');
      onRolledBack();
    }
  };
  const targets = [left, right].filter(
    ({ number }) => number !== deployment.revision
  );
  const best = targets.find(({ outcome }) => outcome !== 'failed');
  return (
    <div className="pd-Diff-foot">
      {targets.map(target => (
        <button
          type="button"
          key={target.number}
          className={`pd-Button${target === best ? ' pd-mod-primary' : ''}`}
          onClick={() => void rollBack(target)}
        >
          {trans.__('Roll back to revision %1', target.number)}
        </button>
      ))}
    </div>
  );
}
