import { createServer, type AddressInfo, type Socket } from 'node:net'
import { provisioner } from '@edfi-tenants/provisioner-mssql'
import { expect } from 'chai'
import { quietOperation } from '../../support/sql-server/requests.js'
import { preloginAnswer } from '../../support/sql-server/tds-tokens.js'

const packet = (payload: Buffer): Buffer => {
  const header = Buffer.from([4, 1, 0, 0, 0, 0, 0, 0])
  header.writeUInt16BE(payload.length + header.length, 2)
  return Buffer.concat([header, payload])
}

/** Answers the first message as SQL Server does, the second with this. */
const afterPrelogin = (payload: Buffer) => (socket: Socket) => {
  let messages = 0
  socket.on('data', () => socket.write(packet(++messages === 1 ? preloginAnswer() : payload)))
}

const strangers: Record<string, (socket: Socket) => void> = {
  'speaks HTTP': (socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\nWho are you?'),
  'ends at once': (socket) => void socket.destroy(),
  'ends in the middle of a packet': (socket) => void socket.end(packet(preloginAnswer()).subarray(0, 12)),
  'says nothing': () => undefined,
  'sends tokens that nobody knows': afterPrelogin(Buffer.from([0x55, 0x66, 0x77, 1, 2, 3])),
  'sends tokens that do not belong there': afterPrelogin(Buffer.from([0xd1, 0, 0, 0x79, 0, 0, 0, 0])),
  'ends its answer without a word': afterPrelogin(Buffer.from([0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])),
}

describe('mssql with somebody who is no SQL Server', () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => void unhandled.push(reason)
  before(() => {
    process.on('unhandledRejection', note)
    process.on('uncaughtException', note)
  })
  after(() => {
    process.off('unhandledRejection', note)
    process.off('uncaughtException', note)
  })

  for (const [what, act] of Object.entries(strangers))
    it(`gives a typed failure soon when it ${what}, and nothing else happens`, async () => {
      const sockets = new Set<Socket>()
      const server = createServer((socket) => {
        sockets.add(socket)
        socket.on('error', () => undefined)
        act(socket)
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as AddressInfo
      const settings = { host: '127.0.0.1', port, encrypt: false, connectTimeoutMs: 500 }
      const credentials = { username: 'admin', password: 'secret' }
      const start = Date.now()
      const code = await provisioner
        .listDatabases({ id: '1', name: 'x', settings, credentials }, quietOperation())
        .then(
          () => 'listed',
          (error: unknown) => (error as { code: string }).code,
        )
      expect(code).to.be.oneOf(['server_unreachable', 'server_login_failed'])
      expect(Date.now() - start).to.be.lessThan(1_500)
      sockets.forEach((socket) => socket.destroy())
      await new Promise((resolve) => server.close(resolve))
      expect(unhandled).to.deep.equal([])
    })
})
