import type { components } from './types';

type Schemas = components['schemas'];

export type AlertKind = Schemas['AlertState']['kind'];
export type AlertRule = Schemas['AlertRule-Output'];
export type AlertState = Schemas['AlertState'];
export type Alerts = Schemas['Alerts'];
export type AlertSettings = Required<Schemas['AlertSettings']>;
export type AuditEntry = Schemas['AuditEntry'];
export type AuditList = Schemas['AuditList'];
export type AuditOutcome = Schemas['AuditOutcome'];
export type Change = Schemas['Change'];
export type Client = Schemas['Client'];
export type ClientList = Schemas['ClientList'];
export type ClientToken = Schemas['ClientToken'];
export type Deployment = Schemas['Deployment'];
export type DeploymentList = Schemas['DeploymentList'];
export type DeploymentEvent = Schemas['Event'];
export type DriftAnswer = Schemas['DriftAnswer'];
export type DryRun = Schemas['DryRun'];
export type ErrorBody = Schemas['ErrorBody'];
export type EventList = Schemas['EventList'];
export type Group = Schemas['Group'];
export type GroupList = Schemas['GroupList'];
export type Health = Schemas['Health'];
export type IdCheck = Schemas['IdCheck'];
export type InstanceType = Schemas['InstanceType'];
export type InstanceTypeList = Schemas['InstanceTypeList'];
export type LogBeat = Schemas['LogBeat'];
export type Interpreter = Schemas['Interpreter'];
export type InterpreterList = Schemas['InterpreterList'];
export type LogLine = Schemas['LogLine'];
/** What a stream of lines consists of; an error is the last that comes. */
export type LogEntry = LogLine | LogBeat | Schemas['ErrorBody'];
export type Me = Schemas['Me'];
export type Measurement = Schemas['Measurement'];
export type MeasurementList = Schemas['MeasurementList'];
export type Metrics = Schemas['Metrics'];
export type MetricsChart = Schemas['Chart'];
export type MetricsMark = Schemas['Mark'];
export type MetricsRange = Schemas['MetricsRange'];
export type MetricsSeries = Schemas['Series'];
export type MetricsSummary = Schemas['MetricsSummary'];
export type MetricsSummaryList = Schemas['MetricsSummaryList'];
export type Model = Schemas['Model-Output'];
export type Phase = Schemas['Phase'];
export type Prediction = Schemas['Prediction'];
export type ProviderInfo = Schemas['ProviderInfo'];
export type PullSecretInfo = Schemas['PullSecretInfo'];
export type PullSecretList = Schemas['PullSecretList'];
export type Quota = Schemas['Quota-Output'];
export type Reason = Schemas['Reason'];
export type Replica = Schemas['Replica'];
export type ReplicaList = Schemas['ReplicaList'];
export type Revision = Schemas['Revision'];
export type RevisionList = Schemas['RevisionList'];
export type Signature = Schemas['Signature-Output'];
export type Step = Schemas['Step'];
export type StepTime = Schemas['StepTime'];
export type StoredModel = Schemas['StoredModel'];
export type StoredModelList = Schemas['StoredModelList'];
export type Tensor = Schemas['Tensor-Output'];
export type Trial = Schemas['Trial'];
export type Usage = Schemas['Usage'];
export type UsageLine = Schemas['UsageLine'];
export type UsageReport = Schemas['UsageReport'];

// What callers send: the generated types demand every field, the server doesn't.
export type NewDeployment = Partial<
  Omit<Schemas['CreateDeployment'], 'name' | 'model'>
> & { name: string; model: Model };
export type DeploymentChange = Partial<
  Omit<Schemas['UpdateDeployment'], 'model'> & { model: Model }
>;
export type NewClient = Pick<Schemas['CreateClient'], 'name'> &
  Partial<Schemas['CreateClient']>;
export type QuotaInput = Partial<Schemas['Quota-Input']>;
export type GroupChange = Partial<
  Omit<Schemas['UpdateGroup'], 'quota'> & { quota: QuotaInput }
>;
export type NewGroup = { name: string } & Omit<GroupChange, 'running'>;
export type InstanceTypeChange = Partial<Schemas['UpdateInstanceType']>;
export type NewInstanceType = { name: string } & InstanceTypeChange;
export type PullSecretChange = Partial<Schemas['UpdatePullSecret']>;
export type NewPullSecret = { name: string } & PullSecretChange;
