import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** One address in front of several; connections are handed out in turn. */
export interface LoadBalancer {
  port: number
  close(): void
}

function connectTo(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.once('connect', () => resolve(socket)).once('error', () => resolve(undefined))
  })
}

/** Listens on 127.0.0.1 and hands connections on to those of `ports` that take them. Rejects when `port` is taken. */
export async function startLoadBalancer(port: number, ports: readonly number[]): Promise<LoadBalancer> {
  let turn = 0
  const open = new Set<Socket>()

  async function serve(client: Socket): Promise<void> {
    open.add(client.on('error', () => undefined))
    client.once('close', () => open.delete(client))
    const first = turn++
    for (let attempt = 0; attempt < ports.length; attempt++) {
      const target = await connectTo(ports[(first + attempt) % ports.length] ?? 0)
      if (!target) continue
      target.on('error', () => client.destroy()).once('close', () => client.destroy())
      client.once('close', () => target.destroy())
      if (client.destroyed) target.destroy()
      client.pipe(target).pipe(client)
      return
    }
    client.destroy()
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => void serve(client))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}
