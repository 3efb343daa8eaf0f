import type { Sealer } from '../sealing.js'

const context = (instanceId: string, derivativeType: string | null): string =>
  derivativeType === null
    ? `instances/${instanceId}/registered_string`
    : `instance_derivatives/${instanceId}/${derivativeType}/registered_string`

/**
 * The connection string of an instance, or of one of its derivatives, as it goes to Admin API, sealed for the record.
 * Admin API never gives one back, so this is where it can be read again.
 */
export const sealRegisteredString = (
  sealer: Sealer,
  instanceId: string,
  connectionString: string,
  derivativeType: string | null = null,
): string => sealer.seal(connectionString, context(instanceId, derivativeType))

/** What {@link sealRegisteredString} sealed. */
export const openRegisteredString = (
  sealer: Sealer,
  instanceId: string,
  sealed: string,
  derivativeType: string | null = null,
): string => sealer.open(sealed, context(instanceId, derivativeType))
