import type { Failure } from '@edfi-tenants/core'
import { expect } from 'chai'
import { readAnswer, retryAfterMs } from '../../../packages/hooks/src/answer.js'
import { exchange } from '../../../packages/hooks/src/exchange.js'
import { startHookReceiver } from '../../support/hook-receiver.js'

const ask = (url: string, isAllowed: (host: string) => boolean = () => true) =>
  exchange({
    url: new URL(url),
    method: 'GET',
    headers: {},
    body: null,
    timeoutMs: 2_000,
    isAllowed,
    signal: new AbortController().signal,
  }).then(
    (answer) => answer,
    (error: unknown) => error as Failure,
  )

describe('the calls of hooks', () => {
  it('go to no link-local address, in any spelling, and to no host that is not allowed', async () => {
    for (const host of ['169.254.169.254', '[::ffff:169.254.169.254]', '2852039166', 'metadata.google.internal'])
      expect(await ask(`http://${host}/`), host).to.include({ code: 'target_host_refused', retryable: false })
    expect(await ask('http://deploy.example.org/', () => false)).to.include({ code: 'target_host_refused' })
  })

  it('are to be repeated where nobody is there', async () => {
    const receiver = await startHookReceiver(() => ({ status: 200 }))
    await receiver.close()
    expect(await ask(receiver.url)).to.include({ code: 'hook_failed', retryable: true })
  })

  it('take one line of text out of an answer, and no more than a record can hold', () => {
    expect(readAnswer({ body: '{"status":"failed","detail":"a\\u0000\\nb"}' })).to.deep.equal({
      status: 'failed',
      detail: 'a b',
    })
    expect(readAnswer({ body: JSON.stringify({ detail: 'x'.repeat(5000) }) }).detail).to.have.length(500)
    for (const body of ['', 'no JSON', '[]', 'null', '{"detail":7}'])
      expect(readAnswer({ body })).to.deep.equal({ status: null, detail: null })
  })

  it('wait as long as they are asked to, within bounds', () => {
    expect(retryAfterMs('7')).to.equal(7_000)
    expect(retryAfterMs('0')).to.equal(1_000)
    expect(retryAfterMs('999999')).to.equal(300_000)
    expect(retryAfterMs(new Date(Date.now() + 60_000).toUTCString())).to.be.within(50_000, 60_000)
    expect([retryAfterMs(null), retryAfterMs('soon')]).to.deep.equal([null, null])
  })
})
