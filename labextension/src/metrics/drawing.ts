import type uPlot from 'uplot';

import type { MetricsMark } from '../api/contract';
import { BINARY_STEPS, timeTicks } from './axis';
import type { IChart } from './charts';
import { Rgb, cssColour } from './colours';
import { IMarkGroup, SIGNS, groupMarks, marksIn } from './marks';
import { Columns, Span, ends, isolated } from './series';
import { ILineStyle, ITheme } from './theme';

/** What a chart looks like; another one is another drawing. */
export interface ILook {
  readonly chart: IChart;
  readonly theme: ITheme;
  readonly styles: readonly ILineStyle[];
  readonly locale: string;
  /** Labels of the axis of values. */
  readonly labels: (values: readonly number[]) => string[];
}

/** What is drawn; it changes while a chart lives. */
export interface IContent {
  readonly columns: Columns;
  readonly shown: Span;
  readonly marks: readonly MetricsMark[];
  /** By line. */
  readonly hidden: readonly boolean[];
}

/** What a person does to a chart by dragging. */
export interface IGestures {
  onZoom: (span: Span) => void;
  onReset: () => void;
}

const AXIS_WIDTH = 60;
const AXIS_HEIGHT = 24;
const SIGN_ROOM = 16;
const APART = 12;
const SHORTEST_DRAG = 6;

/** One chart on the screen. */
export class Drawing {
  constructor(
    Plot: typeof uPlot,
    private readonly element: HTMLElement,
    private readonly look: ILook,
    private content: IContent,
    private readonly gestures: IGestures
  ) {
    this.plot = new Plot(
      this.options(element.clientWidth, element.clientHeight),
      content.columns,
      element
    );
    this.hide(content.hidden);
  }

  /** The signs on the time axis, in pixels from its left end. */
  groups: readonly IMarkGroup[] = [];

  /** Where the axis begins, in pixels from the left end of the chart. */
  get left(): number {
    return this.plot.over.offsetLeft;
  }

  /** The time at a position, in pixels from the left end of the chart; null where the axis has none. */
  timeAt(position: number): number | null {
    const at = position - this.left;
    return at >= 0 && at <= this.plot.over.clientWidth
      ? this.plot.posToVal(at, 'x')
      : null;
  }

  update(content: IContent): void {
    const before = this.content;
    this.content = content;
    this.plot.batch(() => {
      if (content.hidden !== before.hidden) {
        this.hide(content.hidden);
      }
      this.plot.setData(content.columns);
    });
  }

  resize(): void {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (
      width > 0 &&
      (width !== this.plot.width || height !== this.plot.height)
    ) {
      this.plot.setSize({ width, height });
    }
  }

  /** Show where somebody points, here or in another chart. */
  point(time: number | null): void {
    const [from, to] = this.content.shown;
    const inside = time !== null && time >= from && time <= to;
    this.plot.setCursor(
      inside
        ? { left: this.plot.valToPos(time, 'x'), top: 0 }
        : { left: -10, top: -10 },
      false
    );
  }

  end(): void {
    this.plot.destroy();
  }

  private readonly plot: uPlot;

  private hide(hidden: readonly boolean[]): void {
    hidden.forEach((hide, index) => {
      if (this.plot.series[index + 1]?.show === hide) {
        this.plot.setSeries(index + 1, { show: !hide });
      }
    });
  }

  private options(width: number, height: number): uPlot.Options {
    const { chart, theme, styles, locale, labels } = this.look;
    const font = `11px ${theme.font}`;
    const grid = { stroke: theme.grid, width: 1 };
    const axis = { stroke: theme.text, font, grid, ticks: { show: false } };
    return {
      width,
      height,
      padding: [SIGN_ROOM, 10, 0, 0],
      legend: { show: false },
      scales: {
        x: { time: true, range: () => [...this.content.shown] },
        y: { range: (_, low, high) => ends(chart.unit, low, high) }
      },
      axes: [
        {
          ...axis,
          size: AXIS_HEIGHT,
          gap: 4,
          space: 56,
          values: (_, times, _axis, _space, step) =>
            timeTicks(times, step, locale)
        },
        {
          ...axis,
          size: AXIS_WIDTH,
          gap: 4,
          space: 26,
          values: (_, values) => labels(values),
          ...(chart.unit === 'bytes' || chart.unit === 'throughput'
            ? { incrs: BINARY_STEPS }
            : {})
        }
      ],
      series: [{}, ...styles.map(style => this.line(style))],
      cursor: {
        y: false,
        points: { size: 6 },
        drag: { x: true, y: false, setScale: false, dist: SHORTEST_DRAG },
        bind: { dblclick: () => () => (this.gestures.onReset(), null) }
      },
      hooks: {
        setSelect: [
          plot => {
            const { left, width } = plot.select;
            if (width >= SHORTEST_DRAG) {
              plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              this.gestures.onZoom([
                plot.posToVal(left, 'x'),
                plot.posToVal(left + width, 'x')
              ]);
            }
          }
        ],
        draw: [plot => this.drawMarks(plot)]
      }
    };
  }

  private line({ colour, dash }: ILineStyle): uPlot.Series {
    const alone = this.look.styles.length === 1;
    return {
      stroke: cssColour(colour),
      width: 1.5,
      dash: [...dash],
      fill: alone ? cssColour(colour, 0.12) : undefined,
      spanGaps: false,
      points: { ...dot(colour), filter: (plot, index) => dotsOf(plot, index) }
    };
  }

  private drawMarks(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const { theme } = this.look;
    const { marks, shown } = this.content;
    const ratio = devicePixelRatio || 1;
    this.groups = groupMarks(
      marksIn(marks, shown),
      time => plot.valToPos(time, 'x'),
      APART
    );
    ctx.save();
    ctx.lineWidth = ratio;
    ctx.setLineDash([3 * ratio, 3 * ratio]);
    ctx.font = `${11 * ratio}px ${theme.font}`;
    ctx.textAlign = 'center';
    ctx.textBaseline = 'bottom';
    for (const { at, kind, marks: together } of this.groups) {
      const x = Math.round(bbox.left + at * ratio);
      ctx.strokeStyle = ctx.fillStyle = theme.marks[kind];
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      const sign = SIGNS[kind] + (together.length > 1 ? together.length : '');
      ctx.fillText(sign, x, bbox.top - ratio);
    }
    ctx.restore();
  }
}

const dot = (colour: Rgb): uPlot.Series.Points => ({
  show: true,
  size: 4,
  width: 1,
  stroke: cssColour(colour),
  fill: cssColour(colour)
});

/** Lines are lines; only what no line leads to is a dot. */
const dotsOf = (plot: uPlot, index: number): number[] =>
  isolated(plot.data[index] as (number | null)[]);
