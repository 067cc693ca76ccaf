import React, {
  PropsWithChildren,
  RefObject,
  useEffect,
  useLayoutEffect,
  useRef
} from 'react';

/** Distance to what it belongs to, and to the edges of the window (px). */
const GAP = 4;

export interface IPopoverProps {
  /** What it belongs to: there it appears, and there the focus returns. */
  anchor: RefObject<HTMLElement>;
  onClose: () => void;
  className?: string;
  role: 'menu' | 'dialog';
  label: string;
  id?: string;
}

/**
 * A box above everything else of the page, beside what it belongs to; nothing that scrolls or hides what is too much
 * cuts it off. It closes on Escape, on a click elsewhere, when the focus leaves and when what it belongs to moves.
 */
export function Popover(props: PropsWithChildren<IPopoverProps>): JSX.Element {
  const { anchor, className = '', role, label, id, children } = props;
  const box = useRef<HTMLDivElement>(null);
  const close = useRef(props.onClose);
  close.current = props.onClose;

  useLayoutEffect(() => {
    const element = box.current!;
    // Test environments and old browsers have no top layer.
    element.showPopover?.();
    place(element, anchor.current);
    const first = element.querySelector<HTMLElement>('[data-first]') ?? element;
    first.focus({ preventScroll: true });
  }, [anchor]);

  useEffect(() => {
    const from = anchor.current?.getBoundingClientRect();
    const moved = () => {
      const now = anchor.current?.getBoundingClientRect();
      if (!now || !from || now.top !== from.top || now.left !== from.left) {
        close.current();
      }
    };
    const elsewhere = (event: Event) => {
      const target = event.target as Node;
      if (!box.current?.contains(target) && !anchor.current?.contains(target)) {
        close.current();
      }
    };
    document.addEventListener('pointerdown', elsewhere, true);
    document.addEventListener('scroll', moved, true);
    window.addEventListener('resize', moved);
    return () => {
      document.removeEventListener('pointerdown', elsewhere, true);
      document.removeEventListener('scroll', moved, true);
      window.removeEventListener('resize', moved);
    };
  }, [anchor]);

  return (
    <div
      ref={box}
      {...{ popover: 'manual' }}
      id={id}
      className={`pd-Popover ${className}`}
      role={role}
      aria-label={label}
      tabIndex={-1}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          event.preventDefault();
          anchor.current?.focus();
          close.current();
        }
      }}
      onBlur={event => {
        const next = event.relatedTarget as Node | null;
        if (next && !box.current?.contains(next) && next !== anchor.current) {
          close.current();
        }
      }}
      // What is inside belongs to a row: that it is clicked is none of the row's business.
      onClick={event => event.stopPropagation()}
    >
      {children}
    </div>
  );
}

/** Below what it belongs to, else above it; never beyond the window. */
function place(element: HTMLElement, anchor: HTMLElement | null): void {
  if (!anchor) {
    return;
  }
  const from = anchor.getBoundingClientRect();
  const { width, height } = element.getBoundingClientRect();
  const right = window.innerWidth - GAP - width;
  const left = from.left > right ? from.right - width : from.left;
  const below = from.bottom + GAP;
  const fits = below + height <= window.innerHeight - GAP;
  const top = fits ? below : from.top - GAP - height;
  element.style.left = `${Math.max(GAP, Math.min(left, right))}px`;
  element.style.top = `${Math.max(GAP, Math.min(top, window.innerHeight - GAP - height))}px`;
}
