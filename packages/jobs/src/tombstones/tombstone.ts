import type { InstanceStatus, JsonObject } from '@edfi-tenants/core'
import type { InstanceRow } from '@edfi-tenants/store'
import type { ParkMode } from '../applications/parked.js'

/** What a deleted instance needs to come back, beside its record, which keeps its names and contexts. */
export interface Tombstone {
  name: string
  instanceType: string
  contexts: Record<string, string>
  /** Its id in Admin API, which it still has; after a purge only for the record. Null: it was not registered. */
  odsInstanceId: number | null
  /** The types of derivatives of ours that were registered. */
  derivatives: string[]
  /** What was asked to become of applications. */
  mode: ParkMode
  /** What was done to applications, as `parkApplications` wrote it. */
  applications: JsonObject | null
  previousStatus: InstanceStatus
}

/** The tombstone of an instance; null while it has none. */
export const tombstoneOf = (instance: Pick<InstanceRow, 'tombstone'>): Tombstone | null =>
  instance.tombstone as unknown as Tombstone | null

/** A tombstone as the record takes it. */
export const asJson = (tombstone: Tombstone): JsonObject => tombstone as unknown as JsonObject

/** The name of a deleted instance's registration until it is purged or comes back; only we make one like it. */
export const parkedRegistrationName = (instanceId: string): string => `tm_retired_${instanceId}`
