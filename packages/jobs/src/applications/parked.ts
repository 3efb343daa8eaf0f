import type { JsonObject } from '@edfi-tenants/core'

/**
 * What becomes of applications that use an instance which is deleted. `refuse`: those that are not ours stop the
 * deletion. `detach`: they lose this instance. `disable`: those that would be left with none stop working. `delete`: those
 * are deleted.
 */
export type ParkMode = 'refuse' | 'detach' | 'disable' | 'delete'

/** What was done to one credential. */
export interface ParkedEntry {
  applicationId: number
  applicationName: string
  /** Null where the application itself was changed: in versions without API clients, or as a whole. */
  apiClientId: number | null
  own: boolean
  /** `keep`: nothing, since this version of Admin API can do nothing that could be taken back. */
  action: 'disable' | 'detach' | 'delete' | 'delete-application' | 'keep'
  /** Whether it worked before; null where Admin API does not say. */
  enabled: boolean | null
}

/** The record of what was done to all of them. Holds no secret. */
export interface ParkedApplications {
  mode: ParkMode
  odsInstanceId: number | null
  entries: ParkedEntry[]
  /** One sentence for people. */
  detail: string
}

/** The key under which the record stands in the output of the step that parks. */
export const parkedKey = 'parkedApplications'

/** Reads a record back; null when there is none. */
export const asParked = (record: unknown): ParkedApplications | null =>
  typeof record === 'object' && record !== null && 'entries' in record
    ? (record as unknown as ParkedApplications)
    : null

/** As it is kept. */
export const asRecord = (parked: ParkedApplications): JsonObject => parked as unknown as JsonObject
