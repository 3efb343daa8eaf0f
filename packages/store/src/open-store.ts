import { openPool, type Pool } from './database.js'
import { checkSchema } from './migrations/check-schema.js'
import { createPrismaClient, type Prisma } from './prisma-client.js'
import { createSealer, type Sealer, type SealingKey } from './sealing.js'

/**
 * The control database, opened. Administrative records go through Prisma; what happens per request and per step is SQL
 * of ours on the same pool, because one statement there does what would be many round trips.
 */
export interface Store {
  database: Pool
  prisma: Prisma
  sealer: Sealer
  /** Who this installation is; stands in every marker. */
  installationId: string
  close(): Promise<void>
}

/** Opens the store; refuses, naming the migration, a database whose schema this version does not know. */
export async function openStore(options: {
  url: string
  encryptionKeys: readonly SealingKey[]
  poolSize: number
  applicationName?: string
}): Promise<Store> {
  const database = openPool(options.url, {
    size: options.poolSize,
    ...(options.applicationName ? { applicationName: options.applicationName } : {}),
  })
  try {
    await checkSchema(database)
    const [installation] = await database.query<{ id: string }>('SELECT id FROM installation')
    if (!installation) throw new Error('The control database has no installation row: run "npm run migrate".')
    const prisma = createPrismaClient(database)
    return {
      database,
      prisma,
      sealer: createSealer(options.encryptionKeys),
      installationId: installation.id,
      close: async () => {
        await prisma.$disconnect()
        await database.close()
      },
    }
  } catch (error) {
    await database.close()
    throw error
  }
}
