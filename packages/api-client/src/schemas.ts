import type { components, paths } from './generated/openapi.js'

type Schemas = components['schemas']

/** What the API answers with and takes, by the names that its OpenAPI document has for them. */
export type { components, paths }
export type Job = Schemas['Job']
export type Batch = Schemas['Batch']
export type BatchItem = Schemas['BatchItem']
export type BatchOptions = Schemas['BatchOptions']
export type BatchPlan = Schemas['BatchPlan']
export type CreateBatch = Schemas['CreateBatch']
export type Instance = Schemas['Instance']
export type InstanceRequest = Schemas['InstanceRequest']
export type ApplicationRequest = Schemas['ApplicationRequest']
export type Problem = Schemas['Problem']
export type FleetHealth = Schemas['FleetHealth']
export type RolloverPlan = Schemas['RolloverPlan']
export type RolloverRequest = Schemas['RolloverRequest']
export type Reconciliation = Schemas['Reconciliation']
export type Finding = Schemas['Finding']
