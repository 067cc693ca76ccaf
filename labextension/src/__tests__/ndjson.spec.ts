import { readJsonLines } from '../api/ndjson';

function streamOf(chunks: Uint8Array[], onCancel = () => undefined) {
  return new ReadableStream<Uint8Array>({
    start(controller) {
      chunks.forEach(chunk => controller.enqueue(chunk));
      controller.close();
    },
    cancel: onCancel
  });
}

async function collect(chunks: (string | Uint8Array)[]): Promise<unknown[][]> {
  const bytes = chunks.map(chunk =>
    typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk
  );
  const batches: unknown[][] = [];
  for await (const values of readJsonLines(streamOf(bytes))) {
    batches.push(values);
  }
  return batches;
}

test('gives the lines of one chunk together', async () => {
  expect(await collect(['1\n2\n', '3\n'])).toEqual([[1, 2], [3]]);
});

test('joins a line that is spread over chunks', async () => {
  expect(await collect(['{"a"', ':1', '}\n'])).toEqual([[{ a: 1 }]]);
});

test('joins a character that is spread over chunks', async () => {
  const bytes = new TextEncoder().encode('"ß"\n');
  expect(await collect([bytes.slice(0, 2), bytes.slice(2)])).toEqual([['ß']]);
});

test('skips blank lines and reads a last line without its end', async () => {
  expect(await collect(['\n\n1\n', '2'])).toEqual([[1], [2]]);
});

test('reports a line that is not JSON', async () => {
  await expect(collect(['<html>\n'])).rejects.toThrow(SyntaxError);
});

test('ends the request when the consumer stops early', async () => {
  const cancelled = jest.fn();
  const stream = new ReadableStream<Uint8Array>({
    pull: controller => controller.enqueue(new TextEncoder().encode('1\n')),
    cancel: cancelled
  });
  for await (const values of readJsonLines(stream)) {
    expect(values).toEqual([1]);
    break;
  }
  expect(cancelled).toHaveBeenCalled();
});
