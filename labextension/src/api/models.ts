import type {
  DriftAnswer,
  IdCheck,
  InstanceType,
  InstanceTypeList,
  Interpreter,
  InterpreterList,
  Model,
  StoredModelList
} from './contract';
import type { RestClient } from './rest';

/** What forms choose from: models to deploy, sizes of a group, and ids that are free. */
export class ModelsClient {
  constructor(private readonly rest: RestClient) {}

  /** Models of the caller's groups, newest first. */
  stored(
    search: string,
    group: string,
    signal?: AbortSignal
  ): Promise<StoredModelList> {
    const query = { search: search || undefined, group: group || undefined };
    return this.rest.json<StoredModelList>('GET', 'models', { query, signal });
  }

  /** How the image that a model will run in differs from what the model was made with, as far as that is known. */
  drift(model: Model, signal?: AbortSignal): Promise<DriftAnswer> {
    const { image, python_version, packages } = model;
    const body = { image, python_version, packages };
    return this.rest.json<DriftAnswer>('POST', 'drift', { body, signal });
  }

  /** Take the name of a saved model away; deployments that have it keep it. */
  async forget(number: number): Promise<void> {
    await this.rest.send('DELETE', `models/${number}`, {});
  }

  /** Whether a new deployment can have this id. */
  checkId(id: string, signal?: AbortSignal): Promise<IdCheck> {
    const query = { id };
    return this.rest.json<IdCheck>('GET', 'deployment-ids', { query, signal });
  }

  /** An id that a new deployment of this name can have. */
  proposeId(name: string, signal?: AbortSignal): Promise<IdCheck> {
    const query = { name };
    return this.rest.json<IdCheck>('GET', 'deployment-ids', { query, signal });
  }

  /** Pythons that can run models; the first is the default. */
  async interpreters(signal?: AbortSignal): Promise<Interpreter[]> {
    const list = await this.rest.json<InterpreterList>('GET', 'interpreters', {
      signal
    });
    return list.items;
  }

  /**
   * Make a model file a stored model; it is read by the interpreter of a kernel.
   *
   * @param path - Below the server's folder, or a `file:` URI in it.
   * @param kernel - Empty: the server's own interpreter.
   */
  pack(path: string, kernel: string, signal?: AbortSignal): Promise<Model> {
    const body = { path, kernel };
    return this.rest.json<Model>('POST', 'model-files', { body, signal });
  }

  /** Sizes that a group may use; the first is the default. */
  async instanceTypes(
    group: string,
    signal?: AbortSignal
  ): Promise<InstanceType[]> {
    const request = { query: { group }, signal };
    return (
      await this.rest.json<InstanceTypeList>('GET', 'instance-types', request)
    ).items;
  }
}
