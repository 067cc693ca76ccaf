import type { Traffic } from './traffic';

/** An alert of a deployment that began or ended. */
export interface IAlertTurn {
  readonly id: string;
  readonly kind: string;
  readonly firing: boolean;
}

/** Tells from looks that follow each other which alerts began and which ended. */
export class AlertTurns {
  /** What turned since the look before; the first only says what fires. A deployment that is gone ends nothing. */
  accept(traffic: Traffic): IAlertTurn[] {
    const { before } = this;
    const now = new Map(
      [...traffic].map(([id, { alerts }]) => [id, new Set(alerts ?? [])])
    );
    this.before = now;
    if (before === null) {
      return [];
    }
    return [...now].flatMap(([id, kinds]) => {
      const known = before.get(id) ?? new Set<string>();
      return [
        ...[...kinds]
          .filter(kind => !known.has(kind))
          .map(kind => ({ id, kind, firing: true })),
        ...[...known]
          .filter(kind => !kinds.has(kind))
          .map(kind => ({ id, kind, firing: false }))
      ];
    });
  }

  private before: ReadonlyMap<string, ReadonlySet<string>> | null = null;
}
