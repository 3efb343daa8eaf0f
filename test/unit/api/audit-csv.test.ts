import type { AuditEvent } from '@edfi-tenants/contract'
import { expect } from 'chai'
import { auditCsv } from '../../../apps/api/src/audit-events/audit-csv.js'

const event: AuditEvent = {
  number: 1,
  at: '2026-11-22T10:00:00.000Z',
  actor: 'client',
  onBehalfOf: null,
  action: 'tenant.create',
  outcome: 'succeeded',
  tenant: 'alpha',
  instanceId: null,
  target: 'alpha',
  requestId: 'r',
  remoteAddress: '127.0.0.1',
  details: { note: 'a "quoted", part' },
}

describe('audit events as CSV', () => {
  it('has a line of names and one per event, quoted where a comma or quote stands in it', () => {
    const [names, line, end] = auditCsv([event]).split('\r\n')
    expect(names).to.equal(
      'number,at,actor,onBehalfOf,action,outcome,tenant,instanceId,target,requestId,remoteAddress,details',
    )
    expect(line).to.match(/^1,2026-11-22T10:00:00.000Z,client,,tenant.create,succeeded,alpha,,alpha,r,127.0.0.1,"\{/)
    expect(line).to.contain('""note"":')
    expect(end).to.equal('')
  })

  it('gives a spreadsheet nothing to calculate', () => {
    for (const target of ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx']) {
      const cell = auditCsv([{ ...event, target, details: null }])
        .split('\n')
        .slice(1)
        .join('\n')
      expect(cell).to.contain(`'${target}`)
    }
  })
})
