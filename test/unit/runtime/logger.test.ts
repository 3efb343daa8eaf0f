import { Writable } from 'node:stream'
import { createLogger } from '@edfi-tenants/runtime'
import type { LogSettings } from '@edfi-tenants/runtime'
import { expect } from 'chai'

/** A logger and what it wrote. */
function open(settings: Partial<LogSettings> = {}) {
  const written: string[] = []
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      written.push(String(chunk))
      done()
    },
  })
  const log = createLogger('api', { level: 'info', format: 'json', ...settings }, stream)
  const lines = () => written.map((line) => JSON.parse(line) as Record<string, unknown>)
  return { log, lines, written }
}

describe('The log', () => {
  it('writes one JSON object a line, with what its children are about', () => {
    const { log, lines } = open()
    log.child({ job: 'j1', tenant: 'grand-bend' }).child({ requestId: 'r1' }).info('Started', { step: 'seed' })
    log.info('Plain')
    expect(lines()[0]).to.include({
      level: 'info',
      service: 'api',
      message: 'Started',
      job: 'j1',
      tenant: 'grand-bend',
      requestId: 'r1',
      step: 'seed',
    })
    expect(lines()[0]!['timestamp']).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    expect(lines()[1]).not.to.have.property('job')
  })

  it('leaves out what lies below its level', () => {
    const { log, lines } = open({ level: 'warn' })
    log.debug('no')
    log.info('no')
    log.warn('yes')
    log.error('yes too')
    expect(lines().map(({ message }) => message)).to.deep.equal(['yes', 'yes too'])
  })

  it('masks values under secret names at any depth, in any spelling', () => {
    const { log, written } = open()
    log.info('Server', {
      password: 'hunter2',
      nested: [{ client_secret: 'hunter2', Authorization: 'hunter2', deep: { 'api-key': 'hunter2' } }],
      connectionString: 'hunter2',
      registeredCredentials: { username: 'u', password: 'hunter2' },
      encryptionKeys: ['hunter2'],
      map: new Map([['accessToken', 'hunter2']]),
      buffer: Buffer.from('hunter2'),
    })
    expect(written.join('')).not.to.contain('hunter2').and.not.to.contain(Buffer.from('hunter2').toString('base64'))
    expect(written.join('')).to.contain('[redacted]')
  })

  it('masks what looks like a secret inside text, and leaves the rest readable', () => {
    const { log, written, lines } = open()
    for (const text of [
      'Host=db;Username=u;Password=hunter2;Database=ods',
      'Server=db;Pwd="hunter2;x"; Encrypt=true',
      'connect postgres://app:hunter2@db:5432/control failed',
      'redis://:hunter2@queue:6379',
      'postgres://app:p@hunter2@db/x',
      'grant_type=client_credentials&client_id=a&client_secret=hunter2&scope=x',
      '{"password":"hunter2","host":"db"}',
      'Authorization: Bearer hunter2hunter2',
      'token eyJhbGciOiJI.eyJodW50ZXIy.hunter2',
    ])
      log.info(text, { detail: text })
    expect(written.join('')).not.to.contain('hunter2')
    expect(lines()[0]!['message']).to.equal('Host=db;Username=u;Password=[redacted];Database=ods')
    expect(lines()[2]!['message']).to.equal('connect postgres://app:[redacted]@db:5432/control failed')
  })

  it('writes errors with their own fields and the whole chain of causes, masked as well', () => {
    const { log, lines } = open()
    const root = Object.assign(new Error('password=hunter2 refused'), { code: '28P01' })
    log.error('Failed', { error: new Error('outer', { cause: new AggregateError([root], 'middle') }) })
    const error = lines()[0]!['error'] as {
      message: string
      stack: string
      cause: { message: string; errors: { message: string; code: string }[] }
    }
    expect(error.message).to.equal('outer')
    expect(error.stack).to.contain('logger.test')
    expect(error.cause.message).to.equal('middle')
    expect(error.cause.errors[0]).to.include({ message: 'password=[redacted] refused', code: '28P01' })
  })

  it('survives what contains itself and what JSON cannot say', () => {
    const { log, lines } = open()
    const loop: Record<string, unknown> = { big: 1n, when: new Date(0), nothing: undefined }
    loop['self'] = loop
    const error = new Error('loop')
    error.cause = error
    log.info('Odd', { loop, error })
    expect(lines()[0]!['loop']).to.deep.equal({ big: '1', when: '1970-01-01T00:00:00.000Z', self: '[cut]' })
  })

  it('does not change what it is given', () => {
    const { log } = open()
    const details = { password: 'hunter2', error: new Error('x') }
    log.info('Given', details)
    expect(details.password).to.equal('hunter2')
    expect(details.error).to.be.instanceOf(Error)
  })

  it('writes text for terminals, masked as well', () => {
    const { log, written } = open({ format: 'text' })
    log.warn('Careful', { job: 'j1', password: 'hunter2', error: new Error('outer', { cause: new Error('inner') }) })
    expect(written[0]).to.match(/^\S+Z WARN {2}api Careful job=j1 password=\[redacted\]\n/)
    expect(written[0]).to.contain('Error: outer').and.to.contain('inner').and.not.to.contain('hunter2')
  })
})
