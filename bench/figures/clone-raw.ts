import pg from 'pg'
import type { Services } from '../stack/services.js'

/** Clones `count` times, `concurrency` at a time; the seconds from the first statement to the last one's end. */
export async function cloneRaw(
  services: Services,
  template: string,
  count: number,
  concurrency: number,
): Promise<number> {
  const clients = Array.from({ length: concurrency }, () => new pg.Client({ connectionString: services.postgresUrl }))
  await Promise.all(clients.map((client) => client.connect()))
  try {
    let next = 0
    const began = performance.now()
    await Promise.all(
      clients.map(async (client) => {
        while (next < count)
          await client.query(
            `CREATE DATABASE "bench_raw_${next++}" TEMPLATE ${pg.escapeIdentifier(template)} STRATEGY WAL_LOG`,
          )
      }),
    )
    return (performance.now() - began) / 1000
  } finally {
    await Promise.all(clients.map((client) => client.end()))
    await services.dropInstances()
  }
}
