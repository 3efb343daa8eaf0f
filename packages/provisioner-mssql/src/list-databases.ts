import type { DatabaseInfo, Marker, Operation, Ownership, Server } from '@edfi-tenants/provisioner'
import { readCatalogue } from './catalogue.js'
import { onMaintenance, type Session } from './connect.js'
import { readSizes } from './database-size.js'
import { readMarkerOf } from './marker.js'

/** What the engine and the clouds keep for themselves. */
const engineDatabases = ['master', 'model', 'msdb', 'tempdb', 'resource', 'distribution', 'rdsadmin', 'ssisdb']

/** All databases of the server except the engine's own. */
export const listDatabases = (server: Server, operation: Operation): Promise<DatabaseInfo[]> =>
  onMaintenance(server, operation, readDatabases)

/** The same on an open session. Markers of databases that let the login not in are not known. */
export async function readDatabases(session: Session): Promise<DatabaseInfo[]> {
  const rows = await readCatalogue(session, '1 = 1')
  const sizes = await readSizes(session)
  const found: DatabaseInfo[] = []
  for (const row of rows) {
    if (engineDatabases.includes(row.name.toLowerCase())) continue
    const { marker } = await readMarkerOf(session, row)
    found.push({
      name: row.name,
      identity: row.identity,
      owner: ownerOf(marker),
      kind: marker?.kind ?? null,
      isTemplate: false,
      allowsConnections: row.state === 'online' && row.access === 'multi',
      sizeBytes: sizes.get(Number.parseInt(row.identity, 10)) ?? null,
    })
  }
  return found
}

/** Whose a database is, as its marker says. */
export const ownerOf = (marker: Marker | null): Ownership | null =>
  marker && { installationId: marker.installationId, instanceId: marker.instanceId, epoch: marker.epoch }
