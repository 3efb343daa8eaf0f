import { createServer, type AddressInfo, type Socket } from 'node:net'
import { columnsOf, doneToken, errorToken, loginAcknowledged, preloginAnswer, rowToken } from './tds-tokens.js'
import { readBatch, readCall, readLogin, type TdsLogin, type TdsStatement } from './tds-requests.js'

/** What a server says no with; several numbers as SQL Server sends them one after the other. */
export class SqlError extends Error {
  constructor(
    readonly number: number,
    message: string,
    readonly line = 1,
    readonly before: SqlError[] = [],
  ) {
    super(message)
  }
}

/** One result: rows with the same columns. */
export type SqlRows = Record<string, string | number | bigint | boolean | null>[]

/** What is behind the wire. */
export interface TdsModel {
  /** Signs in; throws {@link SqlError}. */
  login(login: TdsLogin): TdsSession
}

/** One connection, as the model sees it. */
export interface TdsSession {
  execute(statement: TdsStatement, signal: AbortSignal): Promise<SqlRows[]>
  /** The connection has ended. */
  close(): void
  /** Set by the server: ends the connection as KILL does. */
  kill?: () => void
}

const type = { batch: 1, call: 3, answer: 4, attention: 6, login: 16, prelogin: 18 }
const headerBytes = 8
const packetBytes = 4096

/** A server that speaks enough TDS 7.4, unencrypted, for the driver: sign-in, batches, sp_executesql, cancelling. */
export async function startTdsServer(model: TdsModel): Promise<{ port: number; stop(): Promise<void>; cut(): void }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serve(socket, model)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = () => sockets.forEach((socket) => socket.destroy())
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    stop: async () => {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function serve(socket: Socket, model: TdsModel): void {
  let received = Buffer.alloc(0)
  let message: Buffer[] = []
  let session: TdsSession | undefined
  let running: AbortController | undefined
  const send = (payload: Buffer) => {
    for (let at = 0; at < payload.length || at === 0; at += packetBytes - headerBytes) {
      const part = payload.subarray(at, at + packetBytes - headerBytes)
      const header = Buffer.alloc(headerBytes)
      header[0] = type.answer
      header[1] = at + part.length >= payload.length ? 1 : 0
      header.writeUInt16BE(part.length + headerBytes, 2)
      if (!socket.destroyed) socket.write(Buffer.concat([header, part]))
    }
  }
  const refuse = (error: SqlError) =>
    send(Buffer.concat([...error.before, error].map(errorToken).concat(doneToken({ error: true }))))
  const run = async (statement: TdsStatement) => {
    const control = new AbortController()
    running = control
    try {
      const results = (await session?.execute(statement, control.signal)) ?? []
      const parts = results.flatMap((rows) => {
        const columns = columnsOf(rows)
        return columns
          ? [columns.token, ...rows.map((row) => rowToken(row, columns)), doneToken({ more: true, rows: rows.length })]
          : []
      })
      if (!control.signal.aborted) send(Buffer.concat([...parts, doneToken({})]))
    } catch (error) {
      if (control.signal.aborted) return
      refuse(
        error instanceof SqlError ? error : new SqlError(50_000, `The model failed: ${(error as Error).stack ?? ''}`),
      )
    } finally {
      if (running === control) running = undefined
    }
  }
  const handle = (kind: number, payload: Buffer) => {
    if (kind === type.prelogin) send(preloginAnswer())
    else if (kind === type.login) {
      const login = readLogin(payload)
      try {
        session = model.login(login)
        session.kill = () => socket.destroy()
        send(loginAcknowledged(login.database))
      } catch (error) {
        refuse(error as SqlError)
      }
    } else if (kind === type.attention) {
      // What was running ends its answer; the next one is that it was cancelled.
      if (running) send(doneToken({ error: true }))
      running?.abort()
      send(doneToken({ attention: true }))
    } else void run(kind === type.batch ? readBatch(payload) : readCall(payload))
  }
  socket.on('error', () => undefined)
  socket.on('close', () => {
    running?.abort()
    session?.close()
  })
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
    while (received.length >= headerBytes && received.length >= received.readUInt16BE(2)) {
      const length = received.readUInt16BE(2)
      const [kind = 0, status = 0] = received
      message.push(received.subarray(headerBytes, length))
      received = received.subarray(length)
      if ((status & 1) === 0) continue
      const payload = Buffer.concat(message)
      message = []
      handle(kind, payload)
    }
  })
}
