import { Resource } from '../model/resource';

const INTERVAL = 10_000;
let answers: (() => Promise<string>)[];
let asked: number;
let resource: Resource<string>;
let unsubscribe: (() => void)[];

const tick = (milliseconds = 0) => jest.advanceTimersByTimeAsync(milliseconds);
const look = () => unsubscribe.push(resource.subscribe(() => undefined));

beforeEach(() => {
  jest.useFakeTimers();
  answers = [];
  asked = 0;
  unsubscribe = [];
  resource = new Resource(async () => {
    asked += 1;
    return answers.length > 0 ? answers.shift()!() : `answer ${asked}`;
  }, INTERVAL);
});

afterEach(() => {
  unsubscribe.forEach(stop => stop());
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

test('asks nothing before somebody looks, and nothing after', async () => {
  await tick(INTERVAL);
  expect(asked).toBe(0);
  look();
  await tick();
  expect(resource.getState()).toMatchObject({
    value: 'answer 1',
    problem: null,
    loading: false
  });
  unsubscribe.pop()!();
  await tick(3 * INTERVAL);
  expect(asked).toBe(1);
});

test('is asked for once for all who look, and again each interval', async () => {
  look();
  look();
  await tick();
  expect(asked).toBe(1);
  await tick(INTERVAL);
  expect(resource.getState().value).toBe('answer 2');
});

test('keeps what it had when the server is away, and asks again soon', async () => {
  look();
  await tick();
  answers.push(() => Promise.reject(new Error('away')));
  await tick(INTERVAL);
  expect(resource.getState()).toMatchObject({ value: 'answer 1' });
  expect(resource.getState().problem?.message).toBe('away');
  await tick(1_000);
  expect(resource.getState()).toMatchObject({
    value: 'answer 3',
    problem: null
  });
});

test('an answer that was overtaken is thrown away', async () => {
  let answerLate: (value: string) => void = () => undefined;
  answers.push(() => new Promise(resolve => (answerLate = resolve)));
  look();
  await tick();
  await resource.refresh();
  answerLate('late');
  await tick();
  expect(resource.getState().value).toBe('answer 2');
});

test('after a refresh the next one is a whole interval away', async () => {
  look();
  await tick(INTERVAL / 2);
  await resource.refresh();
  await tick(INTERVAL / 2);
  expect(asked).toBe(2);
  await tick(INTERVAL / 2);
  expect(asked).toBe(3);
});

test('an equal value stays the same object', async () => {
  const list = new Resource(async () => ['a'], INTERVAL);
  await list.refresh();
  const { value } = list.getState();
  await list.refresh();
  expect(list.getState().value).toBe(value);
});
