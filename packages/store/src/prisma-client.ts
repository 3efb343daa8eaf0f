import { PrismaPg } from '@prisma/adapter-pg'
import { translateError, type Pool } from './database.js'
import { PrismaClient } from './generated/client.js'

/** Prisma over a pool of ours, with its errors translated like all others. */
export function createPrismaClient(pool: Pool) {
  return new PrismaClient({ adapter: new PrismaPg(pool.driver) }).$extends({
    query: {
      $allOperations: async ({ args, query }) => {
        try {
          return (await query(args)) as unknown
        } catch (error) {
          throw translateError(error)
        }
      },
    },
  })
}

export type Prisma = ReturnType<typeof createPrismaClient>
