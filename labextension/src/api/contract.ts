import type { components } from './types';

type Schemas = components['schemas'];

export type Change = Schemas['Change'];
export type Deployment = Schemas['Deployment'];
export type DeploymentList = Schemas['DeploymentList'];
export type ErrorBody = Schemas['ErrorBody'];
export type Health = Schemas['Health'];
export type Phase = Schemas['Phase'];
export type Reason = Schemas['Reason'];
export type Step = Schemas['Step'];
