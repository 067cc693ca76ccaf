import { IAnswerTable, answerTable, meaningOf } from './answers';
import { Json, isObject } from './oip';

/** One value of two answers. */
export interface IPair {
  readonly left: Json | undefined;
  readonly right: Json | undefined;
  readonly same: boolean;
  /** Right minus left, where both are numbers. */
  readonly delta: number | null;
}

/** Two answers beside each other. */
export interface IComparison {
  /** Cell by cell; null where they are no tables of one form. */
  readonly table: {
    readonly columns: readonly string[];
    readonly rows: readonly (readonly IPair[])[];
  } | null;
  /** Where they differ otherwise, by path. */
  readonly differences: readonly (IPair & { readonly path: string })[];
  readonly compared: number;
  readonly changed: number;
  /** The greatest difference of two numbers. */
  readonly greatest: number;
}

/** Compare what two revisions answered to one request. */
export function compareAnswers(left: unknown, right: unknown): IComparison {
  const one = answerTable(left);
  const other = answerTable(right);
  if (one && other && sameForm(one, other)) {
    const rows = one.rows.map((row, n) =>
      row.map((value, k) => pairOf(value, other.rows[n]![k]))
    );
    return summed(rows.flat(), {
      table: { columns: one.columns, rows },
      differences: []
    });
  }
  const found: (IPair & { path: string })[] = [];
  walk(meaningOf(left), meaningOf(right), '', found);
  return summed(found, {
    table: null,
    differences: found.filter(pair => !pair.same)
  });
}

const sameForm = (one: IAnswerTable, other: IAnswerTable): boolean =>
  one.rows.length === other.rows.length &&
  one.columns.join('\n') === other.columns.join('\n');

function summed(
  pairs: readonly IPair[],
  rest: Pick<IComparison, 'table' | 'differences'>
): IComparison {
  return {
    ...rest,
    compared: pairs.length,
    changed: pairs.filter(pair => !pair.same).length,
    greatest: pairs.reduce(
      (most, { delta }) => Math.max(most, Math.abs(delta ?? 0)),
      0
    )
  };
}

function pairOf(left: Json | undefined, right: Json | undefined): IPair {
  return {
    left,
    right,
    same: JSON.stringify(left) === JSON.stringify(right),
    delta:
      typeof left === 'number' && typeof right === 'number'
        ? right - left
        : null
  };
}

function walk(
  left: Json | undefined,
  right: Json | undefined,
  path: string,
  found: (IPair & { path: string })[]
): void {
  if (Array.isArray(left) && Array.isArray(right)) {
    for (let n = 0; n < Math.max(left.length, right.length); n += 1) {
      walk(left[n], right[n], `${path}[${n}]`, found);
    }
  } else if (isObject(left) && isObject(right)) {
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      walk(left[key], right[key], path ? `${path}.${key}` : key, found);
    }
  } else {
    found.push({ ...pairOf(left, right), path });
  }
}

/** A difference as people write it: with its sign, and no more digits than say something. */
export function deltaText(delta: number): string {
  const size = Math.abs(delta);
  const digits =
    size !== 0 && (size < 1e-4 || size >= 1e9)
      ? size.toExponential(2)
      : String(Number(size.toPrecision(4)));
  return `${delta < 0 ? '−' : '+'}${digits}`;
}
