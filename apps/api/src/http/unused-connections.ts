import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Keeps watch over connections that never brought a request, as clients open some ahead of need: Node counts them neither
 * as idle nor as busy, and would wait for them when it stops listening. The function returned closes them.
 */
export function watchUnusedConnections(server: Server): () => void {
  const unused = new Set<Socket>()
  server.on('connection', (socket) => {
    unused.add(socket)
    socket.on('close', () => unused.delete(socket))
  })
  server.on('request', ({ socket }) => unused.delete(socket))
  return () => {
    for (const socket of unused) socket.destroy()
  }
}
