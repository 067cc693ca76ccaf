import '../../style/metrics.css';
import 'uplot/dist/uPlot.min.css';

import React, { Suspense, lazy, useCallback, useState } from 'react';

import { Loaded } from '../admin/Loaded';
import { saveFile } from '../admin/saveFile';
import type { MetricsRange } from '../api/contract';
import { ApiError } from '../api/errors';
import type { ITabProps } from '../detail/tab';
import { useResource } from '../model/binding';
import { Notice } from '../ui/notices';
import { useSession } from '../ui/session';
import { useTranslation } from '../ui/translation';
import { Charts } from './Charts';
import { Crosshair } from './crosshair';
import { FiringAlerts } from './FiringAlerts';
import { RangeBar } from './RangeBar';
import type { Span } from './series';

const Alerts = lazy(async () => ({
  default: (await import('./Alerts')).Alerts
}));

/** What was measured of a deployment, over time and live. */
export function Metrics({ id, active }: ITabProps): JSX.Element {
  const trans = useTranslation();
  const { details, client, report } = useSession();
  const [range, setRange] = useState<MetricsRange>('15m');
  const [zoom, setZoom] = useState<Span | null>(null);
  const [downloading, setDownloading] = useState(false);
  const [crosshair] = useState(() => new Crosshair());
  const resource = details(id).metrics(range);
  const state = useResource(resource, active);

  const choose = (next: MetricsRange) => {
    setRange(next);
    setZoom(null);
    crosshair.set(null);
  };
  const reset = useCallback(() => setZoom(null), []);
  const download = async () => {
    setDownloading(true);
    try {
      saveFile(await client.metricsFile(id, range), `${id}-${range}.csv`);
    } catch (problem) {
      report(problem);
    } finally {
      setDownloading(false);
    }
  };

  return (
    <div className="pd-Metrics">
      <RangeBar
        range={range}
        onRange={choose}
        zoomed={zoom !== null}
        onReset={reset}
        onDownload={() => void download()}
        downloading={downloading}
        syncedAt={state.syncedAt}
        crosshair={crosshair}
      />
      <FiringAlerts id={id} active={active} />
      {state.value === null && measuresNothing(state.problem) ? (
        <Notice title={trans.__('Not measured here')}>
          <p>{state.problem?.message}</p>
        </Notice>
      ) : (
        <Loaded
          state={state}
          what={trans.__('Loading what was measured…')}
          refresh={resource.refresh}
        >
          {metrics => (
            <Charts
              metrics={metrics}
              crosshair={crosshair}
              zoom={zoom}
              onZoom={setZoom}
            >
              <Suspense fallback={null}>
                <Alerts id={id} active={active} />
              </Suspense>
            </Charts>
          )}
        </Loaded>
      )}
    </div>
  );
}

/** The engine has no such thing, now or later. */
const measuresNothing = (problem: Error | null): boolean =>
  problem instanceof ApiError && problem.status === 400;
