import React, { useMemo } from 'react';

import { useTranslation } from '../ui/translation';
import { AnswerTable } from './AnswerTable';
import { valueText } from './AnswerView';
import { IPair, compareAnswers, deltaText } from './compare';
import type { IAnswer } from './sending';

/** What tells the answers of two revisions apart. */
export function ComparisonView({
  left,
  right
}: {
  left: IAnswer;
  right: IAnswer;
}): JSX.Element {
  const trans = useTranslation();
  const found = useMemo(
    () => compareAnswers(left.body, right.body),
    [left, right]
  );
  const { table, differences, compared, changed, greatest } = found;
  return (
    <section
      className="pd-Comparison"
      aria-label={trans.__('Difference of the answers')}
    >
      <h3>
        {changed === 0
          ? trans.__('Both answer the same')
          : trans.__('%1 of %2 values differ', changed, compared)}
        {greatest > 0 && (
          <span className="pd-quiet">
            {' '}
            {trans.__('by at most %1', deltaText(greatest).slice(1))}
          </span>
        )}
      </h3>
      {changed > 0 && table && (
        <AnswerTable
          caption={trans.__(
            'Revision %1, then revision %2',
            left.revision,
            right.revision
          )}
          columns={table.columns}
          rows={table.rows}
          cell={(pair, key) => (
            <td key={key} className={pair.same ? undefined : 'pd-mod-differs'}>
              <Pair pair={pair} />
            </td>
          )}
        />
      )}
      {changed > 0 && !table && (
        <ul className="pd-Pairs">
          {differences.map(pair => (
            <li key={pair.path}>
              <span className="pd-Pairs-name">{pair.path || '•'}</span>{' '}
              <Pair pair={pair} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Pair({ pair }: { pair: IPair }): JSX.Element {
  return pair.same ? (
    <>{valueText(pair.left)}</>
  ) : (
    <>
      {valueText(pair.left)} → {valueText(pair.right)}
      {pair.delta !== null && (
        <span className="pd-Comparison-delta"> {deltaText(pair.delta)}</span>
      )}
    </>
  );
}
