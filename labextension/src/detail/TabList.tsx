import React from 'react';

import { DETAIL_TABS, DetailTab } from '../model/place';
import { TabList as Tabs } from '../ui/TabList';
import { useTranslation } from '../ui/translation';
import { tabTitle } from './tab';

export interface ITabListProps {
  tab: DetailTab;
  onTab: (tab: DetailTab) => void;
  /** Names the elements: `<prefix>-tab-logs` labels `<prefix>-panel-logs`. */
  prefix: string;
}

/** The parts of a deployment. */
export function TabList({ tab, onTab, prefix }: ITabListProps): JSX.Element {
  const trans = useTranslation();
  return (
    <Tabs
      label={trans.__('Parts of the deployment')}
      className="pd-DetailTab"
      tabs={DETAIL_TABS.map(key => ({
        key,
        title: tabTitle(key, trans),
        id: `${prefix}-tab-${key}`,
        panel: key === tab ? `${prefix}-panel-${key}` : undefined
      }))}
      chosen={tab}
      onChoose={onTab}
    />
  );
}
