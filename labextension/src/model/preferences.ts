/** How deployments are listed. */
export type ListView = 'grid' | 'table';

/** Which actions ask before they do something: all that callers notice, or only those that lose something. */
export type Confirmation = 'always' | 'loss';

/** What a user likes; the settings of JupyterLab, read. */
export interface IPreferences {
  /** How a list begins, where nobody chose in the view itself. */
  readonly view: ListView;
  /** Columns of a table, in order; empty: the list's own choice. */
  readonly columns: readonly string[];
  /** How a list is ordered (`updated`, `-updated`); empty: the list's own choice. */
  readonly sort: string;
  /** Seconds between two snapshots that catch whatever the stream of changes missed. */
  readonly poll: number;
  readonly confirm: Confirmation;
  readonly notifyFailed: boolean;
  readonly notifyRecovered: boolean;
  readonly notifyDeployed: boolean;
  readonly notifyAlerts: boolean;
  /** Whether also those are told of that others made. */
  readonly notifyOthers: boolean;
  /** Whether the status bar counts them. */
  readonly statusBar: boolean;
}

export const DEFAULT_PREFERENCES: IPreferences = {
  view: 'grid',
  columns: [],
  sort: '',
  poll: 60,
  confirm: 'always',
  notifyFailed: true,
  notifyRecovered: true,
  notifyDeployed: false,
  notifyAlerts: true,
  notifyOthers: false,
  statusBar: true
};

/** What was read from settings: what is of another kind than it has to be counts as not set. */
export function preferencesOf(
  values: Readonly<Record<string, unknown>>
): IPreferences {
  const entries = Object.entries(DEFAULT_PREFERENCES).map(entry => {
    const [name, usual] = entry as [string, unknown];
    const value = values[name];
    return [name, sameKind(value, usual) ? value : usual];
  });
  return Object.fromEntries(entries) as IPreferences;
}

/** What a user likes, kept up to date; everybody in this browser tab shares it. */
export class Preferences {
  /**
   * @param keep - Writes down what the user changed in a view; not called for what comes from the settings.
   */
  constructor(
    private readonly keep: (change: Partial<IPreferences>) => void = () =>
      undefined
  ) {}

  /** The state now; the same object until something changes. */
  readonly getState = (): IPreferences => this.state;

  /** Be told of every change, until the returned function is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** The user changed something in a view: it holds at once, and the next time. */
  readonly change = (change: Partial<IPreferences>): void => {
    this.accept({ ...this.state, ...change });
    this.keep(change);
  };

  /** What the settings say now. */
  accept(next: IPreferences): void {
    if (JSON.stringify(next) !== JSON.stringify(this.state)) {
      this.state = next;
      this.listeners.forEach(listener => listener());
    }
  }

  private state: IPreferences = DEFAULT_PREFERENCES;
  private readonly listeners = new Set<() => void>();
}

function sameKind(value: unknown, usual: unknown): boolean {
  return Array.isArray(usual)
    ? Array.isArray(value) && value.every(one => typeof one === 'string')
    : typeof value === typeof usual;
}
