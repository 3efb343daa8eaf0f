import { setTimeout as sleep } from 'node:timers/promises'
import type { CreatedDatabase, RegisteredLogin } from '../provisioner.js'
import type { Ownership } from '../server.js'
import { createRequest, newName, newOwner, operation, type ConformanceContext } from './conformance-context.js'

/** A database that a test works on. */
export interface TestedDatabase {
  owner: Ownership
  databaseName: string
  identity: string
  login: RegisteredLogin
}

/** Makes an instance's database for one test, from the template unless `empty`; the test drops it. */
export async function newDatabase(
  { provisioner, target }: ConformanceContext,
  wished: { empty?: boolean; login?: RegisteredLogin } = {},
): Promise<TestedDatabase> {
  const owner = newOwner()
  const databaseName = newName()
  const login = wished.login ?? { ...target().login, own: false }
  const request = createRequest(target(), owner, databaseName, { ...wished, login })
  const { identity }: CreatedDatabase = await provisioner.createDatabase(target().server, request, operation())
  return { owner, databaseName, identity, login }
}

/** A client that comes back whenever it is thrown out, as a connection pool under load does; `stop` ends it. */
export function stubbornClient({ target }: ConformanceContext, database: string): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const isStopping = () => stopping.signal.aborted
  const running = (async () => {
    while (!isStopping()) {
      const session = await target()
        .openSession(database)
        .catch(() => null)
      while (!isStopping() && (await session?.isOpen())) await sleep(5)
      await session?.close()
    }
  })()
  return {
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}
