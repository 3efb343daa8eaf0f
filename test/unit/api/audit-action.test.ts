import { expect } from 'chai'
import { auditAction } from '../../../apps/api/src/http/audit-action.js'

describe('the word for an operation in audit events', () => {
  it('is thing and verb, as jobs call theirs', () => {
    expect(
      ['createInstance', 'testDatabaseServer', 'rotateApiClient', 'listAuditEvents'].map((id) => auditAction({ id })),
    ).to.deep.equal(['instance.create', 'server.test', 'api-client.rotate', 'audit-events.list'])
  })
})
