import type {
  Alerts,
  Client,
  Deployment,
  DeploymentEvent,
  Health,
  Metrics,
  MetricsRange,
  Replica,
  Revision
} from '../api/contract';
import type { DeploymentsClient } from '../api/deployments';
import { Resource } from './resource';

/** How often what belongs to a deployment is asked for while somebody looks and nothing tells of a change (ms). */
const EVERY = {
  deployment: 5_000,
  revisions: 30_000,
  replicas: 5_000,
  events: 15_000,
  clients: 15_000,
  health: 10_000,
  alerts: 5_000
};

/** How often metrics are asked for: the finer their points, the more often there is a new one (ms). */
const METRICS_EVERY: Readonly<Record<MetricsRange, number>> = {
  '15m': 5_000,
  '1h': 15_000,
  '6h': 30_000,
  '24h': 60_000,
  '7d': 60_000
};

/** What belongs to one deployment and no stream tells: shared by all views of it in this browser tab. */
export interface IDetails {
  /** The deployment itself: only for one that the stream of the caller's own doesn't tell of. */
  readonly deployment: Resource<Deployment>;
  readonly revisions: Resource<Revision[]>;
  readonly replicas: Resource<Replica[]>;
  readonly events: Resource<DeploymentEvent[]>;
  readonly clients: Resource<Client[]>;
  /** State of the engine: one for all deployments. */
  readonly health: Resource<Health>;
  readonly alerts: Resource<Alerts>;
  readonly metrics: (range: MetricsRange) => Resource<Metrics>;
}

/** Gives the details of a deployment, the same for everybody who asks for its id. */
export function detailsOver(
  client: DeploymentsClient
): (id: string) => IDetails {
  const known = new Map<string, IDetails>();
  const health = new Resource(s => client.health(s), EVERY.health);
  return id => {
    let details = known.get(id);
    if (!details) {
      details = {
        deployment: new Resource(s => client.get(id, s), EVERY.deployment),
        revisions: new Resource(s => client.revisions(id, s), EVERY.revisions),
        replicas: new Resource(s => client.replicas(id, s), EVERY.replicas),
        events: new Resource(s => client.events(id, s), EVERY.events),
        clients: new Resource(s => client.clients(id, s), EVERY.clients),
        health,
        alerts: new Resource(s => client.alerts(id, s), EVERY.alerts),
        metrics: metricsOver(client, id)
      };
      known.set(id, details);
    }
    return details;
  };
}

function metricsOver(
  client: DeploymentsClient,
  id: string
): IDetails['metrics'] {
  const known = new Map<MetricsRange, Resource<Metrics>>();
  return range => {
    let metrics = known.get(range);
    if (!metrics) {
      metrics = new Resource(
        signal => client.metrics(id, range, signal),
        METRICS_EVERY[range]
      );
      known.set(range, metrics);
    }
    return metrics;
  };
}
