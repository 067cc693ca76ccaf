import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { Revision } from '../api/contract';
import { useResource } from '../model/binding';
import { useSession } from '../ui/session';
import { exactTime, relativeTime, useNow } from '../ui/time';
import { useLocale, useTranslation } from '../ui/translation';
import { useDetail } from './context';
import { duration } from './duration';
import { Section } from './parts';
import { Stepper, wayWord } from './Stepper';
import { IStart, WAY, isStarting, startOf, startShown, taking } from './steps';

/** How many earlier starts are listed. */
const LISTED = 8;

/** The start under way, or the last one, and those before it. */
export function Progress({ active }: { active: boolean }): JSX.Element | null {
  const trans = useTranslation();
  const { deployment } = useDetail();
  const details = useSession().details(deployment.id);
  const revisions = useResource(details.revisions, active).value;
  const replicas = useResource(details.replicas, active).value;
  const going = isStarting(deployment);
  const now = useNow(1000, active && going);
  if (revisions === null || replicas === null) {
    return null;
  }
  const start = startShown(deployment, revisions, replicas);
  if (start === null) {
    return null;
  }
  return (
    <Section title={startTitle(start, going, trans)} className="pd-Progress">
      <Stepper
        start={start}
        revisions={revisions}
        now={now}
        label={trans.__('Steps of revision %1', start.revision)}
      />
      <EarlierStarts revisions={revisions} except={start.revision} />
    </Section>
  );
}

function startTitle(
  { revision, replica, attempt, outcome }: IStart,
  going: boolean,
  trans: TranslationBundle
): string {
  if (!going) {
    return outcome === 'failed'
      ? trans.__('Revision %1 did not start', revision)
      : trans.__('Start of revision %1', revision);
  }
  return attempt > 1
    ? trans.__(
        'Starting revision %1: replica %2, attempt %3',
        revision,
        replica,
        attempt
      )
    : trans.__('Starting revision %1', revision);
}

function EarlierStarts({
  revisions,
  except
}: {
  revisions: readonly Revision[];
  except: number;
}): JSX.Element | null {
  const trans = useTranslation();
  const locale = useLocale();
  const starts = revisions
    .filter(({ number }) => number < except)
    .map(startOf)
    .filter((start): start is IStart => start !== null)
    .slice(0, LISTED);
  if (starts.length === 0) {
    return null;
  }
  const times = starts.map(start => taking(start, start.ended ?? start.begun));
  const way = WAY.filter(step => times.some(one => one.has(step)));
  return (
    <details className="pd-Earlier">
      <summary>
        {trans._n('%1 earlier start', '%1 earlier starts', starts.length)}
      </summary>
      <div
        className="pd-Scroll"
        tabIndex={0}
        role="group"
        aria-label={trans.__('Earlier starts')}
      >
        <table className="pd-Pairs">
          <thead>
            <tr>
              <th scope="col">{trans.__('Revision')}</th>
              {way.map(step => (
                <th key={step} scope="col">
                  {step === 'ready' ? trans.__('Whole') : wayWord(step, trans)}
                </th>
              ))}
              <th scope="col">{trans.__('When')}</th>
            </tr>
          </thead>
          <tbody>
            {starts.map((start, index) => {
              const asked = new Date(start.begun).toISOString();
              return (
                <tr key={start.revision}>
                  <th scope="row">
                    {start.outcome === 'failed'
                      ? trans.__('%1, failed', start.revision)
                      : start.revision}
                  </th>
                  {way.map(step => {
                    const took = times[index]!.get(step);
                    return (
                      <td key={step}>
                        {took === undefined ? '–' : duration(took, trans)}
                      </td>
                    );
                  })}
                  <td>
                    <time dateTime={asked} title={exactTime(asked, locale)}>
                      {relativeTime(asked, Date.now(), locale)}
                    </time>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </details>
  );
}
