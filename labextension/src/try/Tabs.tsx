import React, { KeyboardEvent, useRef } from 'react';

export interface ITab<T extends string> {
  readonly key: T;
  readonly title: string;
}

/** Names of what can be shown in one place; arrow keys go from one to the next. */
export function Tabs<T extends string>({
  label,
  tabs,
  chosen,
  panel,
  onChoose
}: {
  label: string;
  tabs: readonly ITab<T>[];
  chosen: T;
  /** Id of the element that shows it; its tab's is `<panel>-<key>`. */
  panel: string;
  onChoose: (key: T) => void;
}): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.findIndex(tab => tab.key === chosen);
    const last = tabs.length - 1;
    const next = {
      ArrowRight: at === last ? 0 : at + 1,
      ArrowLeft: at === 0 ? last : at - 1,
      Home: 0,
      End: last
    }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      onChoose(tabs[next]!.key);
      list.current
        ?.querySelectorAll<HTMLElement>('[role="tab"]')
        [next]?.focus();
    }
  };
  return (
    <div
      ref={list}
      role="tablist"
      className="pd-Languages"
      aria-label={label}
      onKeyDown={onKeyDown}
    >
      {tabs.map(({ key, title }) => (
        <button
          type="button"
          key={key}
          id={`${panel}-${key}`}
          role="tab"
          className="pd-Language"
          aria-selected={key === chosen}
          aria-controls={panel}
          tabIndex={key === chosen ? 0 : -1}
          onClick={() => onChoose(key)}
        >
          {title}
        </button>
      ))}
    </div>
  );
}
