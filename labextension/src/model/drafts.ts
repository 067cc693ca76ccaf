import type { Deployment, Model } from '../api/contract';

/** A row of the environment or the metadata, as it is typed. */
export interface IPair {
  readonly name: string;
  readonly value: string;
  /** There was a value, which is never shown or stored: it has to be typed again. */
  readonly lost?: true;
}

/** Where the model of a form comes from. */
export type ModelSource = 'stored' | 'file' | 'uri' | 'image';

/** All that somebody typed into a form, as texts: what is wrong in it is kept too. */
export interface IDraft {
  readonly group: string;
  /** Empty: the group's first. */
  readonly instanceType: string;
  readonly replicas: string;
  readonly name: string;
  /** Empty: made from the name. */
  readonly id: string;
  readonly source: ModelSource;
  /** What is deployed: chosen, prepared by a notebook, or made from a file; null: nothing yet. */
  readonly model: Model | null;
  /** Where the model comes from, in words. */
  readonly origin: string;
  /** Of a model file, below the server's root. */
  readonly path: string;
  /** Name of the kernel whose interpreter reads the file; empty: the server's own. */
  readonly kernel: string;
  readonly uri: string;
  readonly image: string;
  readonly pullSecret: string;
  readonly description: string;
  readonly env: readonly IPair[];
  readonly access: 'public' | 'private';
  readonly metadata: readonly IPair[];
  readonly updateMessage: string;
}

/** What stands for an environment value that the server has and never shows. */
export const MASK = '********';

/** What a form begins with that nobody prepared. */
export const EMPTY_DRAFT: IDraft = {
  group: '',
  instanceType: '',
  replicas: '1',
  name: '',
  id: '',
  source: 'stored',
  model: null,
  origin: '',
  path: '',
  kernel: '',
  uri: '',
  image: '',
  pullSecret: '',
  description: '',
  env: [],
  access: 'public',
  metadata: [],
  updateMessage: ''
};

/** What a form deploys: an image that serves by itself, or a stored model; null: nothing yet. */
export function modelOf({ source, image, model }: IDraft): Model | null {
  return source === 'image' && image.trim() !== ''
    ? // The server fills in the rest.
      ({ image: image.trim() } as Model)
    : model;
}

/** Key of the draft of a form for something new that nobody prepared. */
export const NEW_DRAFT = 'new';

/** Key of the draft of a change. */
export const changeKey = (id: string): string => `change:${id}`;

/** What the form of a change begins with. Environment values are hidden: they stay as they are. */
export function changeDraftOf({ id, name, group, spec }: Deployment): IDraft {
  return {
    ...EMPTY_DRAFT,
    group,
    name,
    id,
    instanceType: spec.instance_type,
    replicas: String(spec.replicas),
    source: spec.model.artifact ? 'stored' : 'image',
    model: spec.model.artifact ? spec.model : null,
    image: spec.model.artifact ? '' : spec.model.image,
    pullSecret: spec.pull_secret,
    description: spec.description ?? '',
    env: pairsOf(spec.env),
    access: spec.access ?? 'public',
    metadata: pairsOf(spec.metadata)
  };
}

/**
 * What the form of a copy begins with.
 *
 * @param name - What the copy is called to begin with.
 */
export function draftOf(deployment: Deployment, name: string): IDraft {
  return {
    ...changeDraftOf(deployment),
    name,
    id: '',
    origin: deployment.id,
    // Nobody can copy what is never shown: the names stay, to be filled in.
    env: Object.keys(deployment.spec.env ?? {}).map(key => ({
      name: key,
      value: '',
      lost: true
    }))
  };
}

function pairsOf(values: Readonly<Record<string, string>> | undefined) {
  return Object.entries(values ?? {}).map(([name, value]) => ({ name, value }));
}

/** A draft as it is kept. */
export interface IKeptDraft {
  readonly draft: IDraft;
  /** Of a change: what it began with, and the revision that this was. */
  readonly base?: { readonly revision: number; readonly draft: IDraft };
  /** When something was typed last (ms since the epoch). */
  readonly at: number;
}

/** Where drafts outlive the page: JupyterLab's `IStateDB`. */
export interface IDraftStorage {
  fetch(id: string): Promise<unknown>;
  list(namespace: string): Promise<{ ids: string[]; values: unknown[] }>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a JSON value is, it says itself
  save(id: string, value: any): Promise<unknown>;
  remove(id: string): Promise<void>;
}

const NAMESPACE = 'primehub-deploy-drafts';
/** Nobody comes back to what is older (ms). */
const LONGEST = 30 * 24 * 3_600_000;

/**
 * What was typed into forms and not sent yet. All views of a browser tab share it, and it outlives the page, but for
 * environment values: those may be secrets, and are never written down.
 */
export class Drafts {
  constructor(private readonly storage: IDraftStorage | null = null) {}

  /** Have a form begin with something: `{view: 'create', draft: key}` is its place. */
  prepare(begin: Partial<IDraft>): string {
    const key = `draft-${crypto.getRandomValues(new Uint32Array(2)).join('')}`;
    this.keep(key, { ...EMPTY_DRAFT, ...begin });
    return key;
  }

  /** The draft of this key, also one from before the page was loaded; null when there is none. */
  async find(key: string): Promise<IKeptDraft | null> {
    return this.peek(key) ?? (await this.stored(key));
  }

  /** The draft of this key, when it was found before. */
  peek(key: string): IKeptDraft | null {
    return this.drafts.get(key) ?? null;
  }

  /** Keep what was typed. */
  keep(key: string, draft: IDraft, base?: IKeptDraft['base']): void {
    const kept: IKeptDraft = { draft, at: Date.now(), ...(base && { base }) };
    this.drafts.set(key, kept);
    this.write(() => this.storage?.save(nameOf(key), withoutSecrets(kept)));
  }

  /** Forget it: it was sent, or is not wanted. */
  discard(key: string): void {
    this.drafts.delete(key);
    this.write(() => this.storage?.remove(nameOf(key)));
  }

  /** Remove what nobody came back to. */
  async tidy(now = Date.now()): Promise<void> {
    const { ids, values } = (await this.storage?.list(NAMESPACE)) ?? {
      ids: [],
      values: []
    };
    ids.forEach((id, index) => {
      if (!((keptOf(values[index])?.at ?? 0) > now - LONGEST)) {
        this.write(() => this.storage?.remove(id));
      }
    });
  }

  private async stored(key: string): Promise<IKeptDraft | null> {
    await this.writing;
    const value = await this.storage?.fetch(nameOf(key)).catch(() => undefined);
    const kept = keptOf(value);
    // Somebody may have begun meanwhile.
    if (kept && !this.drafts.has(key)) {
      this.drafts.set(key, kept);
    }
    return this.peek(key);
  }

  /** In order: an earlier save must not come after a later removal. */
  private write(step: () => Promise<unknown> | undefined): void {
    this.writing = this.writing.then(step).catch(() => undefined);
  }

  private readonly drafts = new Map<string, IKeptDraft>();
  private writing: Promise<unknown> = Promise.resolve();
}

const nameOf = (key: string): string => `${NAMESPACE}:${key}`;

function withoutSecrets(kept: IKeptDraft): IKeptDraft {
  const env = kept.draft.env.map(({ name, value, lost }): IPair =>
    value === MASK
      ? { name, value }
      : { name, value: '', ...((lost || value !== '') && { lost: true }) }
  );
  return { ...kept, draft: { ...kept.draft, env } };
}

/** A draft from what was stored, by this release or another. */
function keptOf(value: unknown): IKeptDraft | null {
  const { draft, base, at } = (value ?? {}) as Partial<IKeptDraft>;
  if (!isObject(draft) || typeof at !== 'number') {
    return null;
  }
  const whole = wholeDraft(draft);
  return {
    draft: whole,
    at,
    ...(isObject(base) && isObject(base.draft)
      ? { base: { revision: base.revision, draft: wholeDraft(base.draft) } }
      : {})
  };
}

/** What has the right kind, and the rest as in an empty one. */
function wholeDraft(draft: Partial<IDraft>): IDraft {
  const entries = Object.entries(EMPTY_DRAFT).map(([field, empty]) => {
    const value: unknown = draft[field as keyof IDraft];
    const fits =
      field === 'model'
        ? value === null || isObject(value)
        : Array.isArray(empty)
          ? Array.isArray(value)
          : typeof value === typeof empty;
    return [field, fits ? value : empty] as const;
  });
  return Object.fromEntries(entries) as IDraft;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null;
