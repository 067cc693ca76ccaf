import type { DeploymentsClient } from '../api/deployments';
import { LogModel } from './model';

/** So many logs are remembered when nobody looks at them. */
const KEPT = 4;

const parked = new WeakMap<DeploymentsClient, LogModel[]>();

/** The log that a view left behind, with its filters, marks and place; a fresh one where none is. */
export function takeLog(client: DeploymentsClient, id: string): LogModel {
  const kept = parked.get(client) ?? [];
  const found = kept.find(model => model.id === id);
  if (found) {
    kept.splice(kept.indexOf(found), 1);
    return found;
  }
  return new LogModel(client, id);
}

/** Keep a log for whoever shows it next. */
export function parkLog(client: DeploymentsClient, model: LogModel): void {
  model.watch(false);
  const kept = [model, ...(parked.get(client) ?? [])];
  kept.splice(KEPT).forEach(old => old.dispose());
  parked.set(client, kept);
}
