import { readMarker, writeMarker } from '@edfi-tenants/provisioner'

/**
 * @typedef {import('./connect.js').RawDatabase & { marker: import('@edfi-tenants/provisioner').Marker | null }} FoundDatabase
 *   The marker only where it is valid: a copy brings it along and has another identity.
 */

/** @param {import('./connect.js').Session} session @returns {Promise<FoundDatabase[]>} */
export const readDatabases = async (session) =>
  (await session.databases()).map((raw) => {
    const marker = readMarker(raw.markerText)
    return { ...raw, marker: marker?.identity === raw.identity ? marker : null }
  })

/** @param {import('./connect.js').Session} session @param {string} name */
export const findDatabase = async (session, name) =>
  (await readDatabases(session)).find((each) => each.name === name) ?? null

/**
 * Marks a database; the epoch is this run's, so that an earlier one is refused from then on.
 * @param {import('./connect.js').Session} session
 * @param {{ name: string, identity: string }} database
 * @param {import('@edfi-tenants/provisioner').Ownership} owner
 * @param {import('@edfi-tenants/provisioner').DatabaseKind} [kind]
 */
export const markDatabase = (session, { name, identity }, { installationId, instanceId, epoch }, kind = 'instance') =>
  session.setMarker(name, writeMarker({ installationId, instanceId, epoch, kind, identity }))

/** What a marker says of whose it is. @param {FoundDatabase} database */
export const ownerOf = ({ marker }) =>
  marker && { installationId: marker.installationId, instanceId: marker.instanceId, epoch: marker.epoch }
