/** What can be done to a deployment from anywhere. */
export type DeploymentAction =
  'stop' | 'start' | 'restart' | 'scale' | 'delete';

/** What is being done to which deployment, by id. */
export type Doing = ReadonlyMap<string, DeploymentAction>;

const NOTHING: Doing = new Map();

/** What this browser tab has asked the server to do and has no answer to yet: the same for all its views. */
export class Undertakings {
  readonly getState = (): Doing => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Note that something is done until `work` ended; what is busy already isn't touched (null). */
  async during<T>(
    id: string,
    action: DeploymentAction,
    work: () => Promise<T>
  ): Promise<T | null> {
    if (this.state.has(id)) {
      return null;
    }
    this.change(state => state.set(id, action));
    try {
      return await work();
    } finally {
      this.change(state => state.delete(id));
    }
  }

  private change(edit: (state: Map<string, DeploymentAction>) => void): void {
    const next = new Map(this.state);
    edit(next);
    this.state = next;
    this.listeners.forEach(listener => listener());
  }

  private state: Doing = NOTHING;
  private readonly listeners = new Set<() => void>();
}

const known = new WeakMap<object, Undertakings>();

/** Those that go through one client. */
export function undertakingsOf(client: object): Undertakings {
  let found = known.get(client);
  if (!found) {
    found = new Undertakings();
    known.set(client, found);
  }
  return found;
}
