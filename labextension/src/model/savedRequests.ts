import type { IDraftStorage } from './drafts';

/** A request that somebody gave a name. */
export interface ISavedRequest {
  readonly name: string;
  /** The request as JSON text. */
  readonly text: string;
}

/** The requests that are kept for one deployment. */
export interface IShelfState {
  /** By name. */
  readonly saved: readonly ISavedRequest[];
  /** What was sent last; null: nothing was. */
  readonly last: string | null;
}

const NAMESPACE = 'primehub-deploy-requests';
const NOTHING: IShelfState = { saved: [], last: null };
/** What is longer is not kept: the storage is made for small things. */
const LONGEST = 1 << 20;

/** The named requests of one deployment: all views of a browser tab share them, and they outlive the page. */
export class RequestShelf {
  constructor(
    private readonly key: string,
    private readonly storage: IDraftStorage | null
  ) {
    void this.load();
  }

  /** The state now; the same object until something changes. */
  readonly getState = (): IShelfState => this.state;

  /** Be told of every change, until the returned function is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Keep a request under a name; what had it before is replaced. */
  save(name: string, text: string): void {
    this.change({ saved: sorted([...this.without(name), { name, text }]) });
  }

  /** Give another name; what had it before is replaced. */
  rename(from: string, to: string): void {
    const request = this.state.saved.find(one => one.name === from);
    if (request && from !== to) {
      const others = this.without(from).filter(one => one.name !== to);
      this.change({ saved: sorted([...others, { ...request, name: to }]) });
    }
  }

  remove(name: string): void {
    this.change({ saved: this.without(name) });
  }

  /** Keep what was sent. */
  remember(text: string): void {
    if (text.length <= LONGEST && text !== this.state.last) {
      this.change({ last: text });
    }
  }

  private without(name: string): ISavedRequest[] {
    return this.state.saved.filter(one => one.name !== name);
  }

  private async load(): Promise<void> {
    const value = await this.storage?.fetch(this.key).catch(() => undefined);
    // What was changed meanwhile is newer.
    if (value !== undefined && this.state === NOTHING) {
      this.state = stateOf(value);
      this.tell();
    }
  }

  private change(change: Partial<IShelfState>): void {
    this.state = { ...this.state, ...change };
    this.tell();
    const now = this.state;
    this.writing = this.writing
      .then(() => this.storage?.save(this.key, now))
      .catch(() => undefined);
  }

  private tell(): void {
    this.listeners.forEach(listener => listener());
  }

  private state = NOTHING;
  private writing: Promise<unknown> = Promise.resolve();
  private readonly listeners = new Set<() => void>();
}

/** Gives the requests of a deployment, the same for everybody who asks for its id. */
export function shelvesIn(
  storage: IDraftStorage | null = null
): (id: string) => RequestShelf {
  const known = new Map<string, RequestShelf>();
  return id => {
    let shelf = known.get(id);
    if (!shelf) {
      shelf = new RequestShelf(`${NAMESPACE}:${id}`, storage);
      known.set(id, shelf);
    }
    return shelf;
  };
}

const sorted = (requests: ISavedRequest[]): ISavedRequest[] =>
  requests.sort((one, other) => one.name.localeCompare(other.name));

/** What was stored, by this release or another. */
function stateOf(value: unknown): IShelfState {
  const { saved, last } = (value ?? {}) as Partial<IShelfState>;
  return {
    saved: Array.isArray(saved) ? saved.filter(isSaved) : [],
    last: typeof last === 'string' ? last : null
  };
}

function isSaved(value: unknown): value is ISavedRequest {
  const { name, text } = (value ?? {}) as Partial<ISavedRequest>;
  return typeof name === 'string' && typeof text === 'string';
}
