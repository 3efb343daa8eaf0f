import { inspect } from 'node:util'
import { Failure } from '@edfi-tenants/core'
import { expect } from 'chai'
import {
  hasNumber,
  insteadOf,
  isRefusal,
  numbersOf,
  toFailure,
} from '../../../packages/provisioner-mssql/src/errors.js'

const refused = (number: number, message = 'secret text') =>
  Object.assign(new Error(message), { number, code: 'EREQUEST' })
const several = (...numbers: number[]) => new AggregateError(numbers.map((number) => refused(number)))
const socket = (code: string) =>
  Object.assign(new Error('lost'), { code: 'ESOCKET', cause: Object.assign(new Error(code), { code }) })

describe('errors of SQL Server', () => {
  const meanings: [number, string, boolean][] = [
    [18456, 'server_login_failed', false],
    [1801, 'database_name_taken', false],
    [911, 'database_missing', false],
    [262, 'insufficient_privilege', false],
    [3702, 'database_error', true],
    [5064, 'database_error', true],
    [1205, 'database_error', true],
    [9002, 'server_full', true],
    [3201, 'template_missing', false],
    [40613, 'server_unreachable', true],
    [49918, 'server_unreachable', true],
    [40532, 'server_login_failed', false],
    [40615, 'server_unreachable', false],
    [40544, 'server_full', true],
    [40804, 'settings_invalid', false],
    [33557097, 'database_error', false],
  ]
  for (const [number, code, retryable] of meanings)
    it(`gives ${number} the code ${code}, ${retryable ? 'worth' : 'not worth'} a repetition`, () => {
      const failure = toFailure(refused(number))
      expect([failure.code, failure.retryable]).to.deep.equal([code, retryable])
      expect(failure.message).to.contain(String(number)).and.not.contain('secret text')
    })

  it('passes on how long Azure asks to be left alone', () => {
    const waits = [40613, 40197, 49918, 49919, 49920, 10928, 10929, 40501, 1205].map(
      (number) => toFailure(refused(number)).retryAfterMs,
    )
    expect(waits).to.deep.equal([...Array<number>(7).fill(5_000), 10_000, undefined])
  })

  it('tells credentials that Entra ID refuses from one that cannot be asked, and keeps no secret', () => {
    const without = (inner: object) =>
      toFailure(
        new AggregateError([
          Object.assign(new Error('no token'), { code: 'EFEDAUTH' }),
          Object.assign(new Error('client_secret=s3cret'), inner),
        ]),
      )
    expect(without({ statusCode: 401 })).to.include({ code: 'server_login_failed', retryable: false })
    expect(without({ name: 'CredentialUnavailableError' }).code).to.equal('server_login_failed')
    expect(without({ statusCode: 429 })).to.include({ code: 'server_unreachable', retryable: true })
    expect(without({ code: 'ENOTFOUND' })).to.include({ code: 'server_unreachable', retryable: true })
    expect(inspect(without({ statusCode: 401 }), { depth: 9 })).to.not.contain('s3cret')
  })

  it('finds what was wrong among the numbers that one statement brings', () => {
    expect(toFailure(several(3201, 3013)).code).to.equal('template_missing')
    expect(toFailure(several(5061, 5069)).retryable).to.equal(true)
    expect(numbersOf(toFailure(several(3201, 3013)))).to.deep.equal([3201, 3013])
  })

  it('tells whose login was refused, also where the server brings no number or an unknown one', () => {
    const login = Object.assign(new Error('no'), { code: 'ELOGIN' })
    expect(toFailure(login).code).to.equal('server_login_failed')
    expect(toFailure(login, 'registered').code).to.equal('registered_login_failed')
    const unknown = Object.assign(new Error('no'), { code: 'ELOGIN', errors: [{ number: 4_711 }] })
    expect(toFailure(unknown, 'registered').code).to.equal('registered_login_failed')
  })

  it('takes a broken connection as worth a repetition, but not a certificate that is refused', () => {
    expect(toFailure(socket('ECONNRESET'))).to.include({ code: 'server_unreachable', retryable: true })
    expect(toFailure(socket('DEPTH_ZERO_SELF_SIGNED_CERT'))).to.include({
      code: 'server_unreachable',
      retryable: false,
    })
    expect(isRefusal(toFailure(socket('ECONNRESET')))).to.equal(false)
    expect(isRefusal(toFailure(refused(40613)))).to.equal(false)
    expect(isRefusal(toFailure(refused(102)))).to.equal(true)
  })

  it('lets a refused address through as what it is, from underneath the driver’s error', () => {
    const refusal = new Failure('target_host_refused', 'no')
    expect(toFailure(Object.assign(new Error('x'), { code: 'ESOCKET', cause: refusal }))).to.equal(refusal)
  })

  it('lets one step give a number another meaning', () => {
    const failure = insteadOf(several(3201, 3013), [3201], 'template_missing', 'No backup.')
    expect(failure.message).to.equal('No backup. (error 3201)')
    expect(hasNumber(failure, [3013])).to.equal(true)
  })
})
