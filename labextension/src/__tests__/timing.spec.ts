import { Pause, backOff } from '../model/timing';

const RETRY = { first: 1_000, longest: 30_000 };

test.each([
  [0, 1_000],
  [1, 1_000],
  [2, 2_000],
  [4, 8_000],
  [50, 30_000]
])('after %i failures it waits at most %i ms, and at least half', (n, most) => {
  expect(backOff(n, RETRY, () => 1)).toBe(most);
  expect(backOff(n, RETRY, () => 0)).toBe(most / 2);
});

describe('a pause', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  test.each<[string, (pause: Pause, controller: AbortController) => void]>([
    ['its time is over', () => jest.advanceTimersByTime(1_000)],
    ['it is woken', pause => pause.wake()],
    ['it is aborted', (_, controller) => controller.abort()]
  ])('ends when %s', async (_, act) => {
    const pause = new Pause();
    const controller = new AbortController();
    const waiting = pause.wait(1_000, controller.signal);
    act(pause, controller);
    await waiting;
    expect(jest.getTimerCount()).toBe(0);
  });
});
