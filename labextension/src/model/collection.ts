import type { IDeploymentSnapshot } from '../api/client';
import type { Change, Deployment } from '../api/contract';
import { ApiError } from '../api/errors';

const byName = new Intl.Collator(undefined, {
  numeric: true,
  sensitivity: 'base'
});

/**
 * The deployments as known now, built from snapshots and changes.
 *
 * Objects that did not change keep their identity, so that views can skip them.
 */
export class DeploymentCollection {
  /** All deployments, ordered by name; the same array until something changes. */
  get items(): readonly Deployment[] {
    this.ordered ??= [...this.byId.values()].sort(
      (a, b) => byName.compare(a.name, b.name) || (a.id < b.id ? -1 : 1)
    );
    return this.ordered;
  }

  /** Where a watch resumes; none before the first snapshot, or when the server forgot that version. */
  get resourceVersion(): number | null {
    return this.version;
  }

  /** Take a snapshot over, unless changes that came meanwhile are newer. */
  replace(snapshot: IDeploymentSnapshot): void {
    if (this.version !== null && snapshot.resourceVersion < this.version) {
      return;
    }
    this.version = snapshot.resourceVersion;
    this.restarted = null;
    this.swap(new Map(snapshot.items.map(item => [item.id, item])));
  }

  /**
   * Apply changes in order.
   *
   * After `RESET` the current items stay until the whole new list is there (`BOOKMARK`): nobody sees
   * an empty grid in between, and an interrupted list is asked for again.
   *
   * @throws ApiError
   *   The server's words when it ended the stream; the next connection must begin with a snapshot.
   */
  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.type === 'ERROR') {
        this.version = null;
        throw streamError(change);
      }
      if (change.type === 'RESET') {
        this.restarted = new Map();
      } else if (change.type === 'BOOKMARK') {
        if (this.restarted !== null) {
          this.swap(this.restarted);
          this.restarted = null;
        }
        this.version = change.resource_version;
      } else if (this.restarted !== null) {
        write(this.restarted, change);
      } else {
        if (write(this.byId, change)) {
          this.ordered = null;
        }
        this.version = Math.max(this.version ?? 0, change.resource_version);
      }
    }
  }

  /** Forget a list that was cut short: the next connection repeats it. */
  interrupted(): void {
    this.restarted = null;
  }

  private swap(next: Map<string, Deployment>): void {
    let same = next.size === this.byId.size;
    for (const [id, item] of next) {
      const known = this.byId.get(id);
      if (known?.resource_version === item.resource_version) {
        next.set(id, known);
      } else {
        same = false;
      }
    }
    if (!same) {
      this.byId = next;
      this.ordered = null;
    }
  }

  private byId = new Map<string, Deployment>();
  private restarted: Map<string, Deployment> | null = null;
  private ordered: readonly Deployment[] | null = null;
  private version: number | null = null;
}

/** Apply one change; tells whether anything is different now. A change older than what is known is skipped. */
function write(items: Map<string, Deployment>, change: Change): boolean {
  const object = change.object;
  if (!object) {
    return false;
  }
  const known = items.get(object.id);
  if (change.type === 'DELETED') {
    return items.delete(object.id);
  }
  if (known && known.resource_version >= object.resource_version) {
    return false;
  }
  items.set(object.id, object);
  return true;
}

function streamError(change: Change): ApiError {
  const error = change.error ?? {};
  const text = (value: unknown, fallback: string) =>
    typeof value === 'string' ? value : fallback;
  return new ApiError(200, {
    code: text(error['code'], 'internal'),
    message: text(error['message'], 'the server ended the stream'),
    fields: [],
    details: {}
  });
}
