import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Listens, and returns the port: the one asked for, or a free one for 0. Throws when it is taken. */
export async function listen(server: Server, at: { host: string; port: number }): Promise<number> {
  server.listen(at.port, at.host)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
