import type { Kernel } from '@jupyterlab/services';

import type { Model } from '../api/contract';

/** Why a kernel can't say which models it has. */
export type Obstacle =
  'no-kernel' | 'other-language' | 'no-package' | 'dead' | 'failed';

/** A kernel that can't answer; `message` is its own words, empty where the obstacle says it all. */
export class KernelObstacle extends Error {
  constructor(
    readonly obstacle: Obstacle,
    message = ''
  ) {
    super(message);
    this.name = 'KernelObstacle';
  }
}

/** A variable of a running notebook that can be deployed, as `client/live_models.py` describes it. */
export interface ILiveModel {
  readonly name: string;
  /** Other variables with the same object. */
  readonly aliases: readonly string[];
  readonly class_name: string;
  readonly adapter: string;
  /** Null: it doesn't tell. */
  readonly fitted: boolean | null;
  readonly features: readonly string[];
  readonly feature_count: number | null;
  /** Variables with data that it takes, the best first. */
  readonly examples: readonly string[];
}

/** What a kernel that runs our package can be asked for. */
export interface IModelsOfKernel {
  /** Whether it runs something: an answer then has to wait. */
  readonly busy: boolean;
  find(signal: AbortSignal): Promise<readonly ILiveModel[]>;
  /** Store one; what is wrong with it is an error in the kernel's words. */
  store(
    name: string,
    example: string | null,
    signal: AbortSignal
  ): Promise<Model>;
}

const MODULE = 'primehub_deploy_ext.client.live_models';

/** Asks a kernel by expressions that leave nothing behind: no history, no output, no variable. */
export class ModelsOfKernel implements IModelsOfKernel {
  constructor(private readonly kernel: Kernel.IKernelConnection | null) {}

  get busy(): boolean {
    return this.kernel?.status === 'busy';
  }

  async find(signal: AbortSignal): Promise<readonly ILiveModel[]> {
    const kernel = await this.usable();
    const answer = await evaluate(kernel, call('answer_models'), signal);
    return (answer as { models: ILiveModel[] }).models;
  }

  async store(
    name: string,
    example: string | null,
    signal: AbortSignal
  ): Promise<Model> {
    const kernel = await this.usable();
    const expression = call('answer_model', name, example);
    const answer = await evaluate(kernel, expression, signal);
    const { model, problem } = answer as {
      model: Model | null;
      problem: string | null;
    };
    if (model === null) {
      throw new KernelObstacle('failed', problem ?? '');
    }
    return model;
  }

  private async usable(): Promise<Kernel.IKernelConnection> {
    const { kernel } = this;
    if (kernel === null) {
      throw new KernelObstacle('no-kernel');
    }
    if (kernel.status === 'dead' || kernel.isDisposed) {
      throw new KernelObstacle('dead');
    }
    const { language_info: language } = await kernel.info;
    if (language.name !== 'python') {
      throw new KernelObstacle('other-language', language.name);
    }
    return kernel;
  }
}

function call(name: string, ...values: (string | null)[]): string {
  // Texts of JSON are texts of Python too.
  const list = values.map(value =>
    value === null ? 'None' : JSON.stringify(value)
  );
  return `__import__('importlib').import_module('${MODULE}').${name}(${list.join(', ')})`;
}

async function evaluate(
  kernel: Kernel.IKernelConnection,
  expression: string,
  signal: AbortSignal
): Promise<unknown> {
  const future = kernel.requestExecute({
    code: '',
    silent: true,
    store_history: false,
    allow_stdin: false,
    stop_on_error: false,
    user_expressions: { answer: expression }
  });
  const given = new Promise<never>((_, reject) => {
    const end = () => {
      future.dispose();
      reject(new KernelObstacle('failed'));
    };
    signal.addEventListener('abort', end);
    kernel.statusChanged.connect(function watch(_sender, status) {
      if (
        status === 'dead' ||
        status === 'restarting' ||
        status === 'autorestarting'
      ) {
        kernel.statusChanged.disconnect(watch);
        reject(new KernelObstacle('dead'));
      }
    });
  });
  const reply = await Promise.race([future.done, given]);
  return answerOf(reply.content);
}

/** The value in a reply to a request with one expression. */
export function answerOf(content: unknown): unknown {
  const { status, ename, evalue, user_expressions } = content as {
    status: string;
    ename?: string;
    evalue?: string;
    user_expressions?: { answer?: IExpressionResult };
  };
  if (status !== 'ok') {
    throw new KernelObstacle('failed', ename ? `${ename}: ${evalue}` : '');
  }
  const answer = user_expressions?.answer;
  if (answer?.status === 'ok' && answer.data?.['application/json']) {
    return answer.data['application/json'];
  }
  if (
    answer?.ename === 'ModuleNotFoundError' ||
    answer?.ename === 'ImportError'
  ) {
    throw new KernelObstacle('no-package', answer.evalue);
  }
  throw new KernelObstacle(
    'failed',
    answer?.ename ? `${answer.ename}: ${answer.evalue}` : ''
  );
}

interface IExpressionResult {
  status: string;
  data?: Record<string, unknown>;
  ename?: string;
  evalue?: string;
}
