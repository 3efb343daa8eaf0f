import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A statement as it came to the server, and on whose connection. */
export interface RecordedStatement {
  /** Connections are numbered in the order in which they were opened. */
  connection: number
  username: string
  database: string
  text: string
}

/** A relay in front of a PostgreSQL server that writes down what clients send. */
export interface StatementRecorder {
  port: number
  sent: RecordedStatement[]
  stop(): Promise<void>
}

/**
 * Starts a relay that understands the beginning of a connection, simple queries and prepared ones; nothing may be encrypted.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export async function recordStatements(target: { host: string; port: number }): Promise<StatementRecorder> {
  const sent: RecordedStatement[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((client) => {
    const upstream = connect(target)
    const connection = ++connections
    const read = messageReader((statement) => sent.push({ connection, ...statement }))
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('error', () => undefined)
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      from.pipe(to)
    }
    client.on('data', read)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    sent,
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function messageReader(statement: (found: Omit<RecordedStatement, 'connection'>) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0)
  let who: { username: string; database: string } | undefined
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      // The first message has no letter before its length.
      const at = who ? 1 : 0
      if (rest.length < at + 4) return
      const end = at + rest.readInt32BE(at)
      if (rest.length < end) return
      const body = rest.subarray(at + 4, end)
      const type = who ? String.fromCharCode(rest[0] ?? 0) : 'start'
      rest = rest.subarray(end)
      if (who === undefined) {
        const words = body.subarray(4).toString().split('\0')
        const valueOf = (name: string) => words[words.indexOf(name) + 1] ?? ''
        who = { username: valueOf('user'), database: valueOf('database') }
      } else if (type === 'Q') statement({ ...who, text: body.toString().replace(/\0$/, '') })
      else if (type === 'P') statement({ ...who, text: body.toString().split('\0')[1] ?? '' })
    }
  }
}
