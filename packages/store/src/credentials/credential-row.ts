import { isoTime } from '../jobs/job-row.js'

/** `issued`: made by us for this instance; `attached`: was there, and serves this instance too. */
export type CredentialOrigin = 'issued' | 'attached'

/** A credential of an instance, as it stands in the store. */
export interface CredentialRow {
  id: string
  instanceId: string
  /** Its place in the request that asked for it, from 0. */
  position: number
  origin: CredentialOrigin
  applicationId: number | null
  applicationName: string | null
  /** Null where the whole application is meant. */
  apiClientId: number | null
  key: string | null
  /** Sealed; null once it is gone, and for those that were attached. */
  secret: string | null
  createdAt: string
  /** Until then the secret can be read; null where there never was one. */
  readableUntil: string | null
  acknowledgedAt: string | null
}

/** The select list that makes a {@link CredentialRow} of `c`. */
export const credentialColumns = `c.id, c.instance_id AS "instanceId", c.position, c.origin, c.application_id AS "applicationId",
  c.application_name AS "applicationName", c.api_client_id AS "apiClientId", c.key,
  CASE WHEN c.readable_until > now() THEN c.secret END AS secret, ${isoTime('c.created_at')} AS "createdAt",
  ${isoTime('c.readable_until')} AS "readableUntil", ${isoTime('c.acknowledged_at')} AS "acknowledgedAt"`
