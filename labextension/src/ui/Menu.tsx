import React, { KeyboardEvent, useId, useRef, useState } from 'react';

import { Popover } from './Popover';

export interface IMenuItem {
  label: string;
  onChoose: () => void;
  /** Begins a new part of the menu. */
  apart?: boolean;
  /** Something is lost. */
  danger?: boolean;
}

export interface IMenuButtonProps {
  label: string;
  /** What the button shows. */
  icon: JSX.Element;
  /** Asked for when the menu opens. */
  items: () => readonly IMenuItem[];
  busy?: boolean;
}

/** A button that opens a menu: arrows, first letters, Home, End, Escape. */
export function MenuButton(props: IMenuButtonProps): JSX.Element {
  const { label, icon, items, busy } = props;
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  return (
    <>
      <button
        ref={button}
        type="button"
        className="pd-IconButton"
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-busy={busy}
        onClick={() => setOpen(!open)}
        onKeyDown={event => {
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault();
            setOpen(true);
          }
        }}
      >
        {icon}
      </button>
      {open && (
        <Popover
          anchor={button}
          role="menu"
          label={label}
          id={id}
          className="pd-Menu"
          onClose={() => setOpen(false)}
        >
          <MenuItems
            items={items()}
            onChoose={item => {
              // A dialog that comes next gives the focus back to where it is now.
              button.current?.focus();
              setOpen(false);
              item.onChoose();
            }}
            onLeave={() => setOpen(false)}
          />
        </Popover>
      )}
    </>
  );
}

function MenuItems({
  items,
  onChoose,
  onLeave
}: {
  items: readonly IMenuItem[];
  onChoose: (item: IMenuItem) => void;
  onLeave: () => void;
}): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const all = [
      ...list.current!.querySelectorAll<HTMLElement>('[role=menuitem]')
    ];
    const now = all.findIndex(one => one === document.activeElement);
    const next = nextIndex(event, now, all);
    if (event.key === 'Tab') {
      onLeave();
    } else if (next !== null) {
      event.preventDefault();
      event.stopPropagation();
      all[next]?.focus();
    }
  };
  return (
    <div ref={list} role="none" onKeyDown={onKeyDown}>
      {items.map((item, index) => (
        <button
          key={item.label}
          type="button"
          role="menuitem"
          tabIndex={-1}
          data-first={index === 0 || undefined}
          className={`pd-MenuItem${item.danger ? ' pd-mod-danger' : ''}${item.apart ? ' pd-mod-apart' : ''}`}
          onMouseEnter={event => event.currentTarget.focus()}
          onClick={() => onChoose(item)}
        >
          {item.label}
        </button>
      ))}
    </div>
  );
}

/** Where a key leads; null: nowhere. */
function nextIndex(
  { key, altKey, ctrlKey, metaKey }: KeyboardEvent,
  now: number,
  all: readonly HTMLElement[]
): number | null {
  switch (key) {
    case 'ArrowDown':
      return (now + 1) % all.length;
    case 'ArrowUp':
      return (now - 1 + all.length) % all.length;
    case 'Home':
      return 0;
    case 'End':
      return all.length - 1;
  }
  if (key.length !== 1 || key === ' ' || altKey || ctrlKey || metaKey) {
    return null;
  }
  const letter = key.toLowerCase();
  const order = all.map((_, step) => (now + 1 + step) % all.length);
  const found = order.find(index =>
    all[index]!.textContent?.toLowerCase().startsWith(letter)
  );
  return found ?? null;
}
