import React, { KeyboardEvent, useRef } from 'react';

export interface ITab<T extends string> {
  readonly key: T;
  readonly title: string;
  readonly id?: string;
  /** Id of the element that shows it, while there is one. */
  readonly panel?: string;
}

/** Names of what can be shown in one place: arrow keys, Home and End lead from one to the next. */
export function TabList<T extends string>({
  label,
  className,
  tabs,
  chosen,
  onChoose
}: {
  label: string;
  /** Of one tab; the list's has an s more. */
  className: string;
  tabs: readonly ITab<T>[];
  chosen: T;
  onChoose: (key: T) => void;
}): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.findIndex(tab => tab.key === chosen);
    const last = tabs.length - 1;
    const next = {
      ArrowRight: at === last ? 0 : at + 1,
      ArrowLeft: at <= 0 ? last : at - 1,
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
      className={`${className}s`}
      aria-label={label}
      onKeyDown={onKeyDown}
    >
      {tabs.map(({ key, title, id, panel }) => (
        <button
          type="button"
          key={key}
          id={id}
          role="tab"
          className={className}
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
