import { Failure } from '@edfi-tenants/core'
import { translateError, type Database } from './database.js'
import type { Store } from './open-store.js'
import type { Prisma } from './prisma-client.js'
import type { Sealer } from './sealing.js'

/** What functions over administrative records work on: the store itself, or the inside of one transaction. */
export interface Records {
  prisma: Omit<Prisma, '$connect' | '$disconnect' | '$on' | '$use' | '$transaction' | '$extends'>
  database: Database
  sealer: Sealer
}

/**
 * Runs `work` in one transaction of Prisma's, whose `database` sends our own SQL on the same connection: a record, its
 * audit event and a kept answer are committed together or not at all.
 */
export async function changeRecords<Result>(
  store: Store,
  work: (records: Records) => Promise<Result>,
): Promise<Result> {
  try {
    return await store.prisma.$transaction((prisma) =>
      work({
        prisma,
        sealer: store.sealer,
        database: {
          query: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
            prisma.$queryRawUnsafe<Row[]>(text, ...values),
        },
      }),
    )
  } catch (error) {
    // P2028: no connection was free in time, or the one we had went away.
    if (prismaCode(error) === 'P2028')
      throw new Failure('control_database_unavailable', 'The control database cannot be reached.', {
        retryable: true,
        cause: error,
      })
    throw translateError(error)
  }
}

/** Turns Prisma's word for a broken unique constraint into `name_taken`; passes on anything else. */
export function nameTaken(what: string, name: string): (error: unknown) => never {
  return (error) => {
    if (prismaCode(error) === 'P2002')
      throw new Failure('name_taken', `There is, or has been, a ${what} named "${name}".`)
    throw error
  }
}

function prismaCode(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
