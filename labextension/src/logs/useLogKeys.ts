import { KeyboardEvent, RefObject } from 'react';

import type { LogModel } from './model';
import { lowerBound } from './rows';
import type { ILine } from './store';
import { TIMESTAMPS } from './times';

export interface ILogKeysProps {
  model: LogModel;
  scroller: RefObject<HTMLElement>;
  input: RefObject<HTMLInputElement>;
  onLink: (line: ILine) => void;
}

/** The keys of a log: all that can be done with the mouse, without it. */
export function useLogKeys(
  props: ILogKeysProps
): (event: KeyboardEvent) => void {
  const { model, scroller, input, onLink } = props;

  const move = (direction: 1 | -1): void => {
    const { numbers } = model.rows;
    const { chosen } = model.getState();
    const at =
      chosen === null
        ? direction === 1
          ? 0
          : numbers.length - 1
        : lowerBound(numbers, chosen) + direction;
    const next = numbers[at];
    if (next !== undefined) {
      model.follow(false);
      model.choose(next);
    }
  };

  const act = (key: string): boolean => {
    const { settings, chosen } = model.getState();
    switch (key) {
      case 'End':
        model.follow(true);
        return true;
      case 'Home':
        model.follow(false);
        scroller.current?.scrollTo({ top: 0 });
        return true;
      case 'ArrowUp':
        move(-1);
        return true;
      case 'ArrowDown':
        move(1);
        return true;
      case 'n':
        model.step(1);
        return true;
      case 'N':
        model.step(-1);
        return true;
      case 'm':
        model.mark();
        return true;
      case 'w':
        model.set({ wrap: !settings.wrap });
        return true;
      case 't': {
        const next = TIMESTAMPS.indexOf(settings.timestamps) + 1;
        model.set({ timestamps: TIMESTAMPS[next % TIMESTAMPS.length] });
        return true;
      }
      case 'l': {
        const line = chosen === null ? undefined : model.store.at(chosen);
        if (line && !line.mark) {
          onLink(line);
        }
        return true;
      }
      case '/':
        input.current?.focus();
        input.current?.select();
        return true;
      case 'Escape':
        model.choose(null);
        return chosen !== null;
      default:
        return false;
    }
  };

  return event => {
    // Fields and lists have these keys for themselves.
    const typing =
      event.target instanceof HTMLElement &&
      event.target.matches('input, select, textarea');
    if (typing || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (act(event.key)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
}
