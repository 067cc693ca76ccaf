/** Where rows begin that are as high as their text is long. */
export interface IOffsets {
  readonly total: number;
  of(row: number): number;
  /** The row at a height. */
  at(offset: number): number;
}

/** Rows that are all as high. */
export function evenOffsets(count: number, height: number): IOffsets {
  return {
    total: count * height,
    of: row => row * height,
    at: offset => Math.max(0, Math.min(count - 1, Math.floor(offset / height)))
  };
}

/**
 * Rows whose text is wrapped at a number of columns. In a font of even width, broken anywhere, that is arithmetic:
 * nothing has to be drawn to know where the hundred thousandth row is.
 */
export class WrappedOffsets implements IOffsets {
  private offsets = new Float64Array(1024);
  private count = 0;

  constructor(
    private readonly height: number,
    private readonly columns: number
  ) {}

  get total(): number {
    return this.offsets[this.count]!;
  }

  get rows(): number {
    return this.count;
  }

  add(text: string): void {
    if (this.count + 2 > this.offsets.length) {
      const larger = new Float64Array(this.offsets.length * 2);
      larger.set(this.offsets);
      this.offsets = larger;
    }
    this.offsets[this.count + 1] =
      this.total +
      this.height * Math.max(1, Math.ceil(width(text) / this.columns));
    this.count += 1;
  }

  of(row: number): number {
    return this.offsets[Math.min(row, this.count)]!;
  }

  at(offset: number): number {
    let low = 0;
    let high = Math.max(0, this.count - 1);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.offsets[middle]! <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}

const WIDE =
  // eslint-disable-next-line no-control-regex
  /[^\x00-\xff]/;
const TWO_COLUMNS =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/gu;
const NO_COLUMN = /\p{Mn}|\u200d|\ufe0f/gu;

/** Columns that a text takes. */
export function width(text: string): number {
  if (!WIDE.test(text)) {
    return text.length;
  }
  const characters = [...text.replace(NO_COLUMN, '')].length;
  return characters + (text.match(TWO_COLUMNS)?.length ?? 0);
}
