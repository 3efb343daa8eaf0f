import type { DatabaseProbe, Operation, Server } from '@edfi-tenants/provisioner'
import { onMaintenance, ownerOf, pickNamed, readCatalogue, readMarkerOf } from '@edfi-tenants/provisioner-mssql'
import { readInside } from './inside-facts.js'
import { asSqlServer } from './settings.js'

/**
 * How databases stand. Marker, size and sessions are seen only from inside, so each database that is online is connected
 * to; a serverless one that sleeps is woken by that.
 */
export const probeDatabases = (
  server: Server,
  { databaseNames, sizes }: { databaseNames: string[]; sizes: boolean },
  operation: Operation,
): Promise<DatabaseProbe[]> =>
  onMaintenance(asSqlServer(server), operation, async (session) => {
    const rows = await readCatalogue(session, '1 = 1')
    const probes: DatabaseProbe[] = []
    for (const databaseName of databaseNames) {
      const row = pickNamed(rows, databaseName)
      if (!row) {
        const none = { identity: null, owner: null, sizeBytes: null, connections: null }
        probes.push({ databaseName, state: 'missing', ...none })
        continue
      }
      const { marker } = await readMarkerOf(session, row)
      const { sizeBytes, connections } = await readInside(session, row)
      probes.push({
        databaseName,
        state: row.state === 'online' ? 'online' : 'unavailable',
        identity: row.identity,
        owner: ownerOf(marker),
        sizeBytes: sizes ? sizeBytes : null,
        connections,
      })
    }
    return probes
  })
