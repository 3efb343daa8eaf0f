import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect } from 'chai'
import { freePort } from '../../../scripts/services/free-port.js'

describe('freePort', () => {
  it('names a port that can be listened on at once', async () => {
    const port = await freePort()
    const server = createServer().listen(port, '127.0.0.1')
    await once(server, 'listening')
    expect(server.address()).to.include({ port })
    server.close()
  })
})
