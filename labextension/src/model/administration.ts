import { AdministrationClient } from '../api/administration';
import { DeploymentClient } from '../api/client';
import type {
  Group,
  InstanceType,
  Me,
  Measurement,
  PullSecretInfo,
  UsageLine
} from '../api/contract';
import type { RestClient } from '../api/rest';
import { Resource } from './resource';
import { DeploymentStore } from './store';
import { Traffic, trafficOver } from './traffic';

/** How often what nothing streams is asked for while somebody looks (ms). */
const EVERY = {
  groups: 15_000,
  catalogue: 30_000,
  measurements: 5_000,
  usage: 60_000
};

/** What the views for administrators share: nothing of it is asked of the server before one is open. */
export interface IAdministration {
  readonly client: AdministrationClient;
  /** The deployments of all groups. */
  readonly deployments: DeploymentStore;
  /** All groups, for administrators; else the caller's. */
  readonly groups: Resource<Group[]>;
  readonly instanceTypes: Resource<InstanceType[]>;
  readonly pullSecrets: Resource<PullSecretInfo[]>;
  readonly measurements: Resource<Measurement[]>;
  /** Requests, errors and alerts of all groups' deployments. */
  readonly traffic: Resource<Traffic>;
  readonly usage: Resource<UsageLine[]>;
}

export function administrationOver(
  rest: RestClient,
  me: Resource<Me>
): IAdministration {
  const client = new AdministrationClient(rest);
  const scope = () => (me.getState().value?.admin ? 'all' : 'own');
  return {
    client,
    deployments: new DeploymentStore(new DeploymentClient(rest, 'all')),
    groups: new Resource(
      signal => client.groups(scope(), signal),
      EVERY.groups
    ),
    instanceTypes: new Resource(
      signal => client.instanceTypes(signal),
      EVERY.catalogue
    ),
    pullSecrets: new Resource(
      signal => client.pullSecrets(signal),
      EVERY.catalogue
    ),
    measurements: new Resource(
      signal => client.measurements(signal),
      EVERY.measurements
    ),
    traffic: trafficOver(signal => client.traffic(signal)),
    usage: new Resource(signal => client.usage(signal), EVERY.usage)
  };
}
