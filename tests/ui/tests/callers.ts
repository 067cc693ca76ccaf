/** An answer of the gateway; status 0: the connection was refused or cut. */
export interface IAnswer {
  readonly status: number;
  readonly body: string;
}

/** One request of a caller that knows nothing of Jupyter. */
export async function call(
  url: string,
  body?: object,
  token?: string
): Promise<IAnswer> {
  try {
    const response = await fetch(url, {
      method: body ? 'POST' : 'GET',
      headers: {
        ...(body ? { 'Content-Type': 'application/json' } : {}),
        ...(token ? { Authorization: `Bearer ${token}` } : {})
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(30_000)
    });
    return { status: response.status, body: await response.text() };
  } catch (problem) {
    return { status: 0, body: String(problem) };
  }
}

/** Callers that ask again and again, until they are told to stop: what they were answered is counted. */
export class Callers {
  /** By status. */
  readonly answers = new Map<number, number>();
  /** What else than 200 they got, with its words. */
  readonly failures: string[] = [];

  constructor(
    private readonly url: string,
    private readonly body: object,
    count = 2
  ) {
    this.working = Array.from({ length: count }, () => this.work());
  }

  get answered(): number {
    return this.answers.get(200) ?? 0;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.working);
  }

  private async work(): Promise<void> {
    while (!this.stopped) {
      const { status, body } = await call(this.url, this.body);
      this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
      if (status !== 200) {
        this.failures.push(`${status} ${body}`);
      }
      // A load that leaves the machine to what is tested.
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  }

  private stopped = false;
  private readonly working: Promise<void>[];
}
