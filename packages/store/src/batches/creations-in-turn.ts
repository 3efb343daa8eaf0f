import type { Database } from '../database.js'

const creationsLock = 4_807_015

/**
 * Lets batches of creations be written one after the other: whoever calls this first goes on, the others wait until that
 * transaction has ended, and then see what it has made. Two that write the same names in another order would otherwise
 * each wait for the other, until PostgreSQL ends one of them.
 */
export const takeTurnWithCreations = (database: Database): Promise<unknown> =>
  database.query('SELECT pg_advisory_xact_lock($1)', [creationsLock])
