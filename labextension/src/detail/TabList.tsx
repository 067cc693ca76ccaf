import React, { KeyboardEvent, useRef } from 'react';

import { DETAIL_TABS, DetailTab } from '../model/place';
import { useTranslation } from '../ui/translation';
import { tabTitle } from './tab';

export interface ITabListProps {
  tab: DetailTab;
  onTab: (tab: DetailTab) => void;
  /** Names the elements: `<prefix>-tab-logs` labels `<prefix>-panel-logs`. */
  prefix: string;
}

/** The parts of a deployment: arrow keys, Home and End lead from one to the next. */
export function TabList({ tab, onTab, prefix }: ITabListProps): JSX.Element {
  const trans = useTranslation();
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const next = destination(event.key, DETAIL_TABS.indexOf(tab));
    if (next !== null) {
      event.preventDefault();
      onTab(DETAIL_TABS[next]!);
      list.current
        ?.querySelectorAll<HTMLElement>('[role="tab"]')
        [next]?.focus();
    }
  };
  return (
    <div
      ref={list}
      role="tablist"
      className="pd-DetailTabs"
      aria-label={trans.__('Parts of the deployment')}
      onKeyDown={onKeyDown}
    >
      {DETAIL_TABS.map(one => (
        <button
          type="button"
          key={one}
          id={`${prefix}-tab-${one}`}
          role="tab"
          className="pd-DetailTab"
          aria-selected={one === tab}
          aria-controls={one === tab ? `${prefix}-panel-${one}` : undefined}
          tabIndex={one === tab ? 0 : -1}
          onClick={() => onTab(one)}
        >
          {tabTitle(one, trans)}
        </button>
      ))}
    </div>
  );
}

function destination(key: string, at: number): number | null {
  const count = DETAIL_TABS.length;
  switch (key) {
    case 'ArrowRight':
      return (at + 1) % count;
    case 'ArrowLeft':
      return (at + count - 1) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
