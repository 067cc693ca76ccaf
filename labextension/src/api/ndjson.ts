/**
 * Read a stream of newline-delimited JSON: the values of each network chunk together, so that
 * whoever draws them can do so once per chunk.
 *
 * A line may be spread over chunks; blank lines are skipped.
 */
export async function* readJsonLines<T>(
  stream: ReadableStream<Uint8Array>
): AsyncGenerator<T[], void, undefined> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += decoder.decode(value, { stream: !done });
      const lines = rest.split('\n');
      rest = done ? '' : (lines.pop() ?? '');
      const values = lines
        .filter(line => line.trim() !== '')
        .map(line => JSON.parse(line) as T);
      if (values.length > 0) {
        yield values;
      }
      if (done) {
        return;
      }
    }
  } finally {
    // Ends the request when the consumer stops early; harmless after the end.
    await reader.cancel().catch(() => undefined);
  }
}
