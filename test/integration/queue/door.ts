import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** A TCP door before a server, to take the server away from its clients without ending it. */
export interface Door {
  url: string
  /** Breaks every connection and refuses new ones. */
  shut(): Promise<void>
  open(): Promise<void>
  /** Connections stay and are accepted, but nothing comes through any more. */
  freeze(): void
  thaw(): void
}

/** Opens a door on a free port before the server that the URL names. */
export async function openDoor(target: string): Promise<Door> {
  const to = new URL(target)
  const pairs = new Set<[Socket, Socket]>()
  let frozen = false
  let port = 0

  const server = createServer((near) => {
    const far = connect(Number(to.port), to.hostname)
    const pair: [Socket, Socket] = [near, far]
    pairs.add(pair)
    const end = () => {
      near.destroy()
      far.destroy()
      pairs.delete(pair)
    }
    for (const [from, other] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (data) => frozen || other.write(data))
      from.on('error', end)
      from.on('close', end)
    }
  })
  const open = () =>
    new Promise<void>((resolve) => {
      server.listen(port, '127.0.0.1', () => {
        port = (server.address() as AddressInfo).port
        resolve()
      })
    })
  await open()
  const url = new URL(target)
  url.port = String(port)
  return {
    url: url.href,
    open,
    shut: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const pair of pairs) for (const socket of pair) socket.destroy()
      }),
    freeze: () => {
      frozen = true
    },
    thaw: () => {
      frozen = false
      // What was swallowed is lost, so neither side can go on with the same connection.
      for (const pair of pairs) for (const socket of pair) socket.destroy()
    },
  }
}
