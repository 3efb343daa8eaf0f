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
    [33557097, 'database_error', false],
  ]
  for (const [number, code, retryable] of meanings)
    it(`gives ${number} the code ${code}, ${retryable ? 'worth' : 'not worth'} a repetition`, () => {
      const failure = toFailure(refused(number))
      expect([failure.code, failure.retryable]).to.deep.equal([code, retryable])
      expect(failure.message).to.contain(String(number)).and.not.contain('secret text')
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
