import { setTimeout as pause } from 'node:timers/promises'
import { ApiProblem, type Api } from './api.js'
import type { DatabaseLogin } from './logins.js'
import { templates } from './templates.js'

/** A database server as it is going to be registered. */
export interface ServerToRegister {
  name: string
  host: string
  port: number
  admin: DatabaseLogin
  registered: DatabaseLogin
}

/**
 * Registers a PostgreSQL server with the two sample templates and a shared login; does nothing when one of that name is
 * there. Waits up to `waitMs` for the first worker, which is who tells the API what a PostgreSQL server needs.
 */
export async function registerServer(api: Api, server: ServerToRegister, waitMs = 60_000): Promise<void> {
  const { name, host, port, admin, registered } = server
  const body = {
    name,
    engine: 'postgresql',
    settings: { host, port },
    credentials: admin,
    registeredLogin: 'shared',
    registeredCredentials: registered,
    templates,
  }
  const deadline = Date.now() + waitMs
  for (;;) {
    try {
      await api.call('POST', '/v1/database-servers', { body })
      return
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (error.code === 'name_taken') return
      if (error.code !== 'provisioner_unknown' || Date.now() > deadline) throw error
      await pause(50)
    }
  }
}
