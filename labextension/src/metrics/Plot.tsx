import React, { useEffect, useRef, useState } from 'react';

import { useLocale, useTranslation } from '../ui/translation';
import { clockTime, exactTime } from '../ui/time';
import { Crosshair } from './crosshair';
import { Drawing, IContent, IGestures, ILook } from './drawing';
import { IMarkGroup, groupNear } from './marks';
import { markWord } from './words';

type Plotter = typeof import('uplot');

/** How close the mouse has to be to a mark (px). */
const REACH = 7;

/** The library comes when the first chart is drawn. */
let plotter: Promise<Plotter> | null = null;

async function loadPlotter(): Promise<Plotter> {
  plotter ??= import('uplot').then(
    module => ((module as { default?: Plotter }).default ?? module) as Plotter
  );
  try {
    return await plotter;
  } catch (error) {
    plotter = null;
    throw error;
  }
}

export interface IPlotProps extends IGestures {
  look: ILook;
  content: IContent;
  crosshair: Crosshair;
  /** What it shows, for those who can't see it. */
  label: string;
  onKey: (event: React.KeyboardEvent) => void;
}

/** The canvas of a chart, and the words of the mark that the mouse is at. */
export function Plot(props: IPlotProps): JSX.Element {
  const { look, content, crosshair, label, onKey } = props;
  const trans = useTranslation();
  const element = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | null>(null);
  const [near, setNear] = useState<IMarkGroup | null>(null);
  const [problem, setProblem] = useState('');
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    let ended = false;
    let forget = () => undefined as void;
    loadPlotter().then(
      Plotter => {
        const target = element.current;
        if (ended || !target) {
          return;
        }
        const drawn = new Drawing(
          Plotter,
          target,
          look,
          latest.current.content,
          {
            onZoom: span => latest.current.onZoom(span),
            onReset: () => latest.current.onReset()
          }
        );
        drawing.current = drawn;
        setProblem('');
        const observer = new ResizeObserver(() => drawn.resize());
        observer.observe(target);
        const leave = crosshair.subscribe(() =>
          drawn.point(crosshair.getTime())
        );
        forget = () => {
          leave();
          observer.disconnect();
          drawn.end();
          drawing.current = null;
        };
      },
      (error: unknown) => setProblem(String(error))
    );
    return () => {
      ended = true;
      forget();
    };
  }, [look, crosshair]);

  useEffect(() => {
    drawing.current?.update(content);
    // The moment stays what it was while time moves on.
    drawing.current?.point(crosshair.getTime());
  }, [content, crosshair]);

  const onMouseMove = (event: React.MouseEvent) => {
    const drawn = drawing.current;
    const box = element.current?.getBoundingClientRect();
    if (drawn && box) {
      const position = event.clientX - box.left;
      crosshair.set(drawn.timeAt(position));
      setNear(groupNear(drawn.groups, position - drawn.left, REACH));
    }
  };
  const onMouseLeave = () => {
    crosshair.set(null);
    setNear(null);
  };
  return (
    <div
      className="pd-Plot"
      onMouseMove={onMouseMove}
      onMouseLeave={onMouseLeave}
    >
      <div
        ref={element}
        className="pd-Plot-canvas"
        role="img"
        aria-label={label}
        tabIndex={0}
        onKeyDown={onKey}
      />
      {problem && (
        <p className="pd-Plot-problem">
          {trans.__('Charts can’t be drawn: %1', problem)}
        </p>
      )}
      {near && drawing.current && (
        <MarkWords
          group={near}
          left={near.at + drawing.current.left}
          width={element.current?.clientWidth ?? 0}
        />
      )}
    </div>
  );
}

/** What happened there, beside the mark: on the side that has room. */
function MarkWords({
  group,
  left,
  width
}: {
  group: IMarkGroup;
  left: number;
  width: number;
}): JSX.Element {
  const trans = useTranslation();
  const locale = useLocale();
  const side =
    left < width / 2 ? { left: left + 8 } : { right: width - left + 8 };
  return (
    <div className="pd-MarkWords" style={side} role="tooltip">
      {group.marks.slice(-4).map((mark, index) => (
        <p key={index} title={exactTime(mark.time, locale)}>
          <strong>
            {clockTime(Date.parse(mark.time), locale)}{' '}
            {markWord(mark.kind, trans)}
          </strong>{' '}
          {mark.label}
          {mark.message && <span>{mark.message}</span>}
        </p>
      ))}
      {group.marks.length > 4 && (
        <p>{trans.__('and %1 before', group.marks.length - 4)}</p>
      )}
    </div>
  );
}
