import type { LogEntry, LogLine } from '../api/contract';
import type { ILogQuery } from '../api/deployments';
import { ConnectionLost } from '../api/errors';
import { LogModel } from '../logs/model';
import { SETTINGS } from '../logs/settings';

const lineAt = (number: number): LogLine => ({
  time: new Date(1_700_000_000_000 + number).toISOString(),
  replica: '1-0',
  attempt: 1,
  stream: 'stdout',
  container: '',
  text: `line ${number}`,
  position: number
});

const some = (from: number, to: number): LogLine[] =>
  Array.from({ length: to - from }, (_, n) => lineAt(from + n));

const beat: LogEntry = { beat: new Date(1_700_000_000_000).toISOString() };

/** A log that the test writes to, and what was asked of it. */
class ScriptedLog {
  readonly queries: ILogQuery[] = [];
  older: LogLine[] = [];

  readonly logs = async (
    _id: string,
    query: ILogQuery,
    signal: AbortSignal
  ): Promise<AsyncIterable<LogEntry[]>> => {
    this.queries.push(query);
    if (!query.follow) {
      const { older } = this;
      return (async function* () {
        yield older;
      })();
    }
    return this.stream(signal);
  };

  send(...entries: LogEntry[]): Promise<void> {
    this.steps.push(() => entries);
    return this.drained();
  }

  cut(): Promise<void> {
    this.steps.push(() => {
      throw new ConnectionLost('cut');
    });
    return this.drained();
  }

  private async *stream(signal: AbortSignal): AsyncGenerator<LogEntry[]> {
    while (!signal.aborted) {
      const step = this.steps.shift();
      if (step) {
        yield step();
      } else {
        await new Promise(resolve => setTimeout(resolve, 1));
      }
    }
    throw new Error('aborted');
  }

  private async drained(): Promise<void> {
    await until(() => this.steps.length === 0);
  }

  private steps: (() => LogEntry[])[] = [];
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise(resolve => setTimeout(resolve, 1));
  }
}

const models: LogModel[] = [];

function modelOf(log: ScriptedLog, capacity?: number): LogModel {
  const model = new LogModel(
    log,
    'iris',
    SETTINGS,
    draw => void setTimeout(draw, 0),
    { silence: 2_000, retry: { first: 1, longest: 5 } },
    capacity
  );
  models.push(model);
  model.watch(true);
  return model;
}

afterEach(() => models.splice(0).forEach(model => model.dispose()));

const texts = (model: LogModel): string[] =>
  model.rows.numbers.map(number => model.store.at(number)!.text);

it('begins with the last lines and goes on', async () => {
  const log = new ScriptedLog();
  const model = modelOf(log);
  await log.send(...some(0, 3), beat);
  await until(() => model.getState().following === 'live');
  expect(log.queries[0]).toEqual(
    expect.objectContaining({ tail: 2000, follow: true, beats: true })
  );
  await log.send(lineAt(3));
  await until(() => model.store.size === 4);
  expect(texts(model)).toEqual(['line 0', 'line 1', 'line 2', 'line 3']);
});

it('resumes behind the last line, without gaps and doubles', async () => {
  const log = new ScriptedLog();
  const model = modelOf(log);
  await log.send(...some(0, 3), beat);
  await until(() => model.store.size === 3);
  await log.cut();
  await until(() => log.queries.length === 2);
  expect(log.queries[1]).toEqual(
    expect.objectContaining({ after: '1-0.1:2', since: lineAt(2).time })
  );
  await log.send(...some(2, 6), beat);
  await until(() => model.store.size === 6);
  expect(texts(model)).toEqual(some(0, 6).map(line => line.text));
  expect(model.getState().lostAt).toBeNull();
});

it('asks for nothing while nobody looks, and for what was missed then', async () => {
  const log = new ScriptedLog();
  const model = modelOf(log);
  await log.send(...some(0, 3), beat);
  await until(() => model.store.size === 3);
  model.watch(false);
  await until(() => model.getState().following === 'resting');
  expect(log.queries).toHaveLength(1);
  model.watch(true);
  await until(() => log.queries.length === 2);
  expect(log.queries[1]!.after).toBe('1-0.1:2');
});

it('counts what comes while the reader is elsewhere', async () => {
  const log = new ScriptedLog();
  const model = modelOf(log);
  await log.send(...some(0, 3), beat);
  await until(() => model.store.size === 3);
  model.follow(false);
  await log.send(...some(3, 10));
  await until(() => model.store.size === 10);
  expect(model.news).toBe(7);
  model.follow(true);
  expect(model.news).toBe(0);
});

it('fetches older lines in front of what it has', async () => {
  const log = new ScriptedLog();
  const model = modelOf(log);
  await log.send(...some(2000, 4000), beat);
  await until(() => model.store.size === 2000 && model.getState().complete);
  expect(model.getState().older).toBe(true);
  log.older = some(1000, 2000);
  expect(await model.loadOlder(1000)).toBe(1000);
  expect(log.queries[1]).toEqual(
    expect.objectContaining({
      before: '1-0.1:2000',
      until: lineAt(2000).time,
      tail: 1000
    })
  );
  expect(texts(model)[0]).toBe('line 1000');
  log.older = [];
  expect(await model.loadOlder(1000)).toBe(0);
  expect(model.getState().older).toBe(false);
});

it('says that all is there when fewer lines came than were asked for', async () => {
  const log = new ScriptedLog();
  const model = modelOf(log);
  await log.send(...some(0, 3), beat);
  await until(() => model.getState().complete);
  expect(model.getState().older).toBe(false);
});

it('opens a link, however old its line is', async () => {
  const log = new ScriptedLog();
  const model = modelOf(log);
  await log.send(...some(2000, 4000), beat);
  await until(() => model.getState().complete);
  model.set({ threshold: 'error' });
  log.older = some(0, 2000);
  const reference = { id: 'iris', source: '1-0.1', position: 7 };
  expect(await model.open({ ...reference, time: lineAt(7).time })).toBe(true);
  expect(model.store.at(model.getState().chosen!)!.text).toBe('line 7');
  expect(model.getState().settings.threshold).toBeNull();
  expect(model.getState().pausedAt).not.toBeNull();
});

it('asks anew when other lines are wanted, and only then', async () => {
  const log = new ScriptedLog();
  const model = modelOf(log);
  await log.send(...some(0, 3), beat);
  await until(() => model.store.size === 3);
  model.set({ threshold: 'error', wrap: true, timestamps: 'utc' });
  expect(log.queries).toHaveLength(1);
  expect(model.rows.numbers).toEqual([]);
  model.set({ replica: '1-1', previous: true, threshold: null });
  await until(() => log.queries.length === 2);
  expect(log.queries[1]).toEqual(
    expect.objectContaining({ replica: '1-1', attempt: 'previous', tail: 2000 })
  );
  expect(model.store.size).toBe(0);
});

it('begins as the view has room, unless the reader chose otherwise', () => {
  const log = new ScriptedLog();
  const model = modelOf(log);
  model.startWith({ wrap: true });
  expect(model.getState().settings.wrap).toBe(true);
  model.set({ wrap: false });
  model.startWith({ wrap: true });
  expect(model.getState().settings.wrap).toBe(false);
});

it('clears what is shown and brings it back', async () => {
  const log = new ScriptedLog();
  const model = modelOf(log);
  await log.send(...some(0, 3), beat);
  await until(() => model.store.size === 3);
  model.clear();
  await log.send(lineAt(3));
  await until(() => model.store.size === 1);
  expect(texts(model)).toEqual(['line 3']);
  model.unclear();
  await until(() => log.queries.length === 2);
  await log.send(...some(0, 4), beat);
  await until(() => model.store.size === 4);
});

it('keeps what it found when a pattern is being typed', async () => {
  const log = new ScriptedLog();
  const model = modelOf(log);
  await log.send(...some(0, 3), beat);
  await until(() => model.store.size === 3);
  model.set({ search: { text: '(', regex: true, matchCase: false } });
  expect(model.getState().searchProblem?.kind).toBe('none');
  model.set({ search: { text: 'line [12]', regex: true, matchCase: false } });
  expect(model.getState().searchProblem).toBeNull();
  expect(model.matches.numbers).toEqual([1, 2]);
});

it('gives up an expression that takes too long, and shows the lines all the same', async () => {
  const log = new ScriptedLog();
  const model = modelOf(log);
  await log.send(...some(0, 5), beat);
  await until(() => model.store.size === 5);
  let now = 0;
  // Each look at the clock is 200 ms later than the last: the third line is one too many.
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => {
    now += 200;
    return now;
  });
  const search = { text: 'line .*', regex: true, matchCase: false };
  model.set({ search, only: true });
  clock.mockRestore();
  expect(model.getState().searchProblem?.kind).toBe('slow');
  expect(texts(model)).toHaveLength(5);
  await log.send(lineAt(5));
  await until(() => model.store.size === 6);
  expect(model.getState().searchProblem?.kind).toBe('slow');
  model.set({ search: { ...search } });
  expect(model.getState().searchProblem).toBeNull();
  expect(model.matches.numbers).toHaveLength(6);
});
