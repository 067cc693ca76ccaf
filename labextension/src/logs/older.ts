import type { LogLine } from '../api/contract';
import type { DeploymentsClient } from '../api/deployments';
import { ILogSettings, selects, writeCursor } from './settings';
import type { LogStore } from './store';

/** Fetch so many lines in front of the first that a store has; they are not put into it. */
export async function linesBefore(
  client: Pick<DeploymentsClient, 'logs'>,
  id: string,
  store: LogStore,
  settings: ILogSettings,
  since: string | undefined,
  many: number
): Promise<LogLine[]> {
  const stream = await client.logs(
    id,
    {
      ...selects(settings),
      before: writeCursor(store.beginnings()),
      until: store.oldest?.iso,
      since,
      tail: many
    },
    new AbortController().signal
  );
  const lines: LogLine[] = [];
  for await (const chunk of stream) {
    lines.push(...chunk.filter((entry): entry is LogLine => 'text' in entry));
  }
  return lines;
}
