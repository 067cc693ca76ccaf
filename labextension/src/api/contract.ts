import type { components } from './types';

type Schemas = components['schemas'];

export type AuditEntry = Schemas['AuditEntry'];
export type AuditList = Schemas['AuditList'];
export type AuditOutcome = Schemas['AuditOutcome'];
export type Change = Schemas['Change'];
export type Deployment = Schemas['Deployment'];
export type DeploymentList = Schemas['DeploymentList'];
export type ErrorBody = Schemas['ErrorBody'];
export type Group = Schemas['Group'];
export type GroupList = Schemas['GroupList'];
export type Health = Schemas['Health'];
export type InstanceType = Schemas['InstanceType'];
export type InstanceTypeList = Schemas['InstanceTypeList'];
export type Me = Schemas['Me'];
export type Measurement = Schemas['Measurement'];
export type MeasurementList = Schemas['MeasurementList'];
export type Phase = Schemas['Phase'];
export type ProviderInfo = Schemas['ProviderInfo'];
export type PullSecretInfo = Schemas['PullSecretInfo'];
export type PullSecretList = Schemas['PullSecretList'];
export type Quota = Schemas['Quota-Output'];
export type Reason = Schemas['Reason'];
export type Step = Schemas['Step'];
export type Usage = Schemas['Usage'];

// What callers send: the generated types demand every field, the server doesn't.
export type QuotaInput = Partial<Schemas['Quota-Input']>;
export type GroupChange = Partial<
  Omit<Schemas['UpdateGroup'], 'quota'> & { quota: QuotaInput }
>;
export type NewGroup = { name: string } & Omit<GroupChange, 'running'>;
export type InstanceTypeChange = Partial<Schemas['UpdateInstanceType']>;
export type NewInstanceType = { name: string } & InstanceTypeChange;
export type PullSecretChange = Partial<Schemas['UpdatePullSecret']>;
export type NewPullSecret = { name: string } & PullSecretChange;
