import React, {
  RefObject,
  useCallback,
  useLayoutEffect,
  useReducer,
  useRef
} from 'react';
import { flushSync } from 'react-dom';

import { useNow } from '../ui/time';
import { useTranslation } from '../ui/translation';
import { LogEnd } from './LogEnd';
import { LogRow } from './LogRow';
import type { ILogState, LogModel } from './model';
import { IOffsets, WrappedOffsets, evenOffsets } from './offsets';
import { lowerBound } from './rows';
import type { ILine } from './store';
import { timeOfLine } from './times';
import { useMetrics } from './useMetrics';
import { hueOf, whoLength, whoPrinted } from './who';

/** Height of a row (px), as in the style sheet. */
const ROW = 20;
/** Of what stands above the first line. */
const HEAD = 28;
/** So far beyond what is in view rows are drawn as well. */
const MARGIN = 200;
/** So near the top older lines are fetched. */
const NEAR = 600;
/** Before and behind the columns of a row, and the link at its end (px). */
const PADDING = 40;

export interface ILogListProps {
  model: LogModel;
  state: ILogState;
  scroller: RefObject<HTMLDivElement>;
  active: boolean;
  onLink: (line: ILine) => void;
  onDownload: () => void;
}

/** The lines that are in view, of however many. */
export function LogList(props: ILogListProps): JSX.Element {
  const { model, state, scroller, active, onLink, onDownload } = props;
  const trans = useTranslation();
  const { settings } = state;
  const metrics = useMetrics(scroller);
  const now = useNow(
    settings.timestamps === 'relative' ? 1000 : 60_000,
    active
  );
  const [, draw] = useReducer((times: number) => times + 1, 0);
  const wrapped = useRef<{ key: string; offsets: WrappedOffsets }>();
  const { numbers, generation } = model.rows;
  const { store } = model;

  const narrow = metrics.width < 460;
  const timeOf = (line: ILine) => {
    const text = timeOfLine(line.time, settings.timestamps, now, trans);
    return narrow && settings.timestamps !== 'relative'
      ? text.replace(/\.\d+$/, '')
      : text;
  };
  const names = whoLength(store);
  const oldest = store.oldest;
  const times =
    settings.timestamps === 'off' || !oldest
      ? 0
      : settings.timestamps === 'relative'
        ? 10
        : timeOf(oldest).length;
  const offsets = settings.wrap
    ? wrappedOffsets()
    : evenOffsets(numbers.length, ROW);

  function wrappedOffsets(): IOffsets {
    const before = (times > 0 ? times + 1 : 0) + (names > 0 ? names + 1 : 0);
    const columns = Math.max(
      10,
      Math.floor((metrics.width - PADDING) / metrics.character) - before
    );
    const key = `${generation} ${columns} ${oldest?.source}`;
    if (wrapped.current?.key !== key) {
      wrapped.current = { key, offsets: new WrappedOffsets(ROW, columns) };
    }
    const known = wrapped.current.offsets;
    for (let row = known.rows; row < numbers.length; row += 1) {
      known.add(store.at(numbers[row]!)?.text ?? '');
    }
    return known;
  }

  const view = useScrolling({
    ...props,
    offsets,
    height: metrics.height,
    draw
  });

  // While the end is followed, where it will be is known before anything is drawn there.
  const top =
    state.pausedAt === null
      ? Math.max(0, offsets.total - metrics.height)
      : model.scrollTop - HEAD;
  const first = offsets.at(top - MARGIN);
  const last = Math.min(
    numbers.length,
    offsets.at(top + metrics.height + MARGIN) + 1
  );
  const choose = useCallback(
    (number: number) => {
      // Marking text with the mouse is no choice of a line.
      if (document.getSelection()?.isCollapsed !== false) {
        model.choose(number);
      }
    },
    [model]
  );
  const keyOf = useRecycled(first, last);
  return (
    <div
      ref={scroller}
      role="log"
      aria-live="off"
      aria-label={trans.__('Log lines')}
      tabIndex={0}
      className={`pd-LogList${settings.wrap ? ' pd-mod-wrap' : ''}`}
      style={
        {
          '--pd-log-time': `${times}ch`,
          '--pd-log-name': `${names}ch`
        } as React.CSSProperties
      }
      onScroll={view.onScroll}
      onWheel={event => {
        if (event.deltaY < 0 && offsets.total > metrics.height) {
          model.follow(false);
        }
      }}
    >
      <LogEnd model={model} state={state} onDownload={onDownload} />
      <div className="pd-LogList-all" style={{ height: `${offsets.total}px` }}>
        <div
          className="pd-LogList-drawn"
          style={{ transform: `translateY(${offsets.of(first)}px)` }}
        >
          {numbers.slice(first, last).map((number, index) => {
            const line = store.at(number);
            return (
              line && (
                <LogRow
                  key={keyOf(first + index)}
                  line={line}
                  time={timeOf(line)}
                  who={names > 0 ? whoPrinted(line, store) : ''}
                  hue={hueOf(line.replica, store.orderOf(line.replica))}
                  matcher={model.matcher}
                  chosen={number === state.chosen}
                  onChoose={choose}
                  onLink={onLink}
                />
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}

/**
 * Keys of the rows that are drawn. Those that stay in view keep theirs; where none stays, the elements that are there
 * are filled anew, which costs far less than making others.
 */
function useRecycled(first: number, last: number): (row: number) => number {
  const drawn = useRef({ first, last, base: 0 });
  const before = drawn.current;
  const apart = first >= before.last || last <= before.first;
  const base = before.base + (apart ? first - before.first : 0);
  drawn.current = { first, last, base };
  return row => row - base;
}

/** Keeps the end in view while it is followed, and the reader's place while it is not. */
function useScrolling({
  model,
  state,
  scroller,
  active,
  offsets,
  height,
  draw
}: ILogListProps & {
  offsets: IOffsets;
  height: number;
  draw: () => void;
}): {
  onScroll: () => void;
} {
  const set = useRef(-1);
  const anchor = useRef<{ number: number; into: number } | null>(null);
  const chosen = useRef(state.chosen);
  const generation = useRef(model.rows.generation);
  const total = useRef(offsets.total);

  const go = (top: number) => {
    const element = scroller.current!;
    element.scrollTop = top;
    set.current = model.scrollTop = element.scrollTop;
    remember();
  };
  const remember = () => {
    const row = offsets.at(model.scrollTop - HEAD);
    const number = model.rows.numbers[row];
    anchor.current =
      number === undefined
        ? null
        : { number, into: model.scrollTop - HEAD - offsets.of(row) };
  };

  // A view that was away comes back where it was.
  useLayoutEffect(() => {
    const { scrollTop } = model;
    if (scroller.current && state.pausedAt !== null) {
      scroller.current.scrollTop = scrollTop;
    }
    // Once, when a log is shown: a pause that begins later moves nothing.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [model, scroller]);

  useLayoutEffect(() => {
    const element = scroller.current!;
    if (element.clientHeight === 0) {
      return;
    }
    const before = model.scrollTop;
    const { numbers } = model.rows;
    const moved =
      generation.current !== model.rows.generation ||
      // Rows that are wrapped anew are elsewhere.
      offsets.total < total.current;
    generation.current = model.rows.generation;
    total.current = offsets.total;
    if (state.chosen !== chosen.current && state.chosen !== null) {
      const row = lowerBound(numbers, state.chosen);
      const at = offsets.of(row) + HEAD;
      const { clientHeight } = element;
      if (
        at < element.scrollTop + ROW ||
        at > element.scrollTop + clientHeight - 2 * ROW
      ) {
        go(at - clientHeight / 2);
      }
    } else if (state.pausedAt === null) {
      if (element.scrollTop + element.clientHeight < element.scrollHeight - 1) {
        go(element.scrollHeight);
      }
    } else if (moved && anchor.current) {
      const row = lowerBound(numbers, anchor.current.number);
      go(offsets.of(row) + HEAD + anchor.current.into);
    }
    chosen.current = state.chosen;
    if (before !== model.scrollTop && state.pausedAt !== null) {
      draw();
    }
    // Not after scrolling: to ask where things are makes the browser lay all of them out at once.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [state.version, offsets.total, height, active]);

  return {
    onScroll: () => {
      const { scrollTop, clientHeight, scrollHeight } = scroller.current!;
      if (clientHeight === 0) {
        return;
      }
      const up = scrollTop < model.scrollTop - 1;
      const ours = Math.abs(scrollTop - set.current) <= 1;
      model.scrollTop = scrollTop;
      remember();
      if (!ours) {
        if (scrollTop + clientHeight >= scrollHeight - 2) {
          model.follow(true);
        } else if (up) {
          model.follow(false);
        }
        if (scrollTop < NEAR && up) {
          void model.loadOlder();
        }
      }
      // In this very frame: a later one would show a gap where the rows are not yet.
      flushSync(draw);
    }
  };
}
