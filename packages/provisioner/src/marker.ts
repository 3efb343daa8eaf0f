import { contractVersion } from './manifest.js'
import { databaseKinds, type DatabaseKind, type Marker, type Ownership } from './server.js'

const label = 'edfi-tenants'

/** A marker as the text that is written into a database (comment, extended property). */
export const writeMarker = (marker: Marker): string => JSON.stringify({ [label]: contractVersion, ...marker })

/** The marker in such a text; null when it is none, whatever else stands there. */
export function readMarker(text: string | null | undefined): Marker | null {
  if (!text?.startsWith('{')) return null
  try {
    const value = JSON.parse(text) as Record<string, unknown>
    const { installationId, instanceId, epoch, kind, identity } = value
    if (typeof value[label] !== 'number' || !isKind(kind)) return null
    if (typeof installationId !== 'string' || typeof instanceId !== 'string') return null
    if (typeof epoch !== 'number' || typeof identity !== 'string') return null
    return { installationId, instanceId, epoch, kind, identity }
  } catch {
    return null
  }
}

const isKind = (kind: unknown): kind is DatabaseKind => databaseKinds.some((each) => each === kind)

/** Whether a marker says: made by this installation for this instance, and not under a later claim than ours. */
export const isOwnedBy = (found: Ownership | null, owner: Ownership): boolean =>
  found?.installationId === owner.installationId && found.instanceId === owner.instanceId && found.epoch <= owner.epoch
