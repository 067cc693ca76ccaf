import React, { useMemo } from 'react';

import { useTranslation } from '../ui/translation';
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
        <div className="pd-TableForm-scroll" tabIndex={0}>
          <table className="pd-Answer-table">
            <caption className="pd-visuallyHidden">
              {trans.__(
                'Revision %1, then revision %2',
                left.revision,
                right.revision
              )}
            </caption>
            <thead>
              <tr>
                <th scope="col">{trans.__('Row')}</th>
                {table.columns.map(name => (
                  <th scope="col" key={name}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.map((row, n) => (
                <tr key={n}>
                  <th scope="row">{n + 1}</th>
                  {row.map((pair, k) => (
                    <td
                      key={k}
                      className={pair.same ? undefined : 'pd-mod-differs'}
                    >
                      <Pair pair={pair} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
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
