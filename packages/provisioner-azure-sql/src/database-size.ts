import type { Operation, Server } from '@edfi-tenants/provisioner'
import { nameCondition, onMaintenance, pickNamed, readCatalogue } from '@edfi-tenants/provisioner-mssql'
import { readInside } from './inside-facts.js'
import { asSqlServer } from './settings.js'

/** Bytes allocated to one database; null when it is not there, or the login may not know. */
export const databaseSize = (
  server: Server,
  { databaseName }: { databaseName: string },
  operation: Operation,
): Promise<number | null> =>
  onMaintenance(asSqlServer(server), operation, async (session) => {
    const rows = await readCatalogue(session, nameCondition(), { name: databaseName })
    const row = pickNamed(rows, databaseName)
    return row ? (await readInside(session, row)).sizeBytes : null
  })
