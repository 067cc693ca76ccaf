import React, { ComponentType, Suspense, lazy, useState } from 'react';

import type { DetailTab } from '../model/place';
import { Skeleton } from '../ui/notices';
import { useTranslation } from '../ui/translation';
import { Access } from './Access';
import { Events } from './Events';
import { Information } from './Information';
import { PartBoundary } from './PartBoundary';
import { ITabProps, tabTitle } from './tab';

const TABS: Record<DetailTab, ComponentType<ITabProps>> = {
  information: Information,
  try: lazy(async () => ({ default: (await import('../try/TryIt')).TryIt })),
  logs: lazy(async () => ({ default: (await import('../logs/Logs')).Logs })),
  history: lazy(async () => ({
    default: (await import('../history/History')).History
  })),
  metrics: lazy(async () => ({
    default: (await import('../metrics/Metrics')).Metrics
  })),
  events: Events,
  access: Access
};

export interface ITabPanelsProps extends ITabProps {
  tab: DetailTab;
  prefix: string;
}

/** The tab that is chosen; those that were, hidden: what was typed or scrolled to there is kept. */
export function TabPanels({
  tab,
  prefix,
  id,
  active,
  line
}: ITabPanelsProps): JSX.Element {
  const trans = useTranslation();
  const [visited, setVisited] = useState<readonly DetailTab[]>([tab]);
  if (!visited.includes(tab)) {
    setVisited([...visited, tab]);
  }
  return (
    <>
      {visited.map(one => {
        const Content = TABS[one];
        return (
          <div
            key={one}
            id={`${prefix}-panel-${one}`}
            role="tabpanel"
            className={`pd-DetailPanel pd-mod-${one}`}
            aria-labelledby={`${prefix}-tab-${one}`}
            hidden={one !== tab}
          >
            <PartBoundary title={tabTitle(one, trans)}>
              <Suspense
                fallback={
                  <Skeleton
                    what={trans.__('Loading %1…', tabTitle(one, trans))}
                  />
                }
              >
                <Content id={id} active={active && one === tab} line={line} />
              </Suspense>
            </PartBoundary>
          </div>
        );
      })}
    </>
  );
}
