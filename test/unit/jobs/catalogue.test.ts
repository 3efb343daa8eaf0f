import { jobCatalogue, pivotPosition } from '@edfi-tenants/jobs'
import { expect } from 'chai'

describe('the job catalogue', () => {
  it('holds every job under its type, with steps of distinct names', () => {
    for (const [type, definition] of jobCatalogue) {
      expect(definition.type).to.equal(type)
      const names = definition.steps.map((step) => step.name)
      expect(new Set(names).size, type).to.equal(names.length)
    }
  })

  it('creates an instance in the order that lets nothing be registered before it is there', () => {
    const names = jobCatalogue.get('instance.create')?.steps.map((step) => step.name)
    expect(names).to.deep.equal([
      'reserve-name',
      'create-database',
      'seed',
      'verify-database',
      'register',
      'verify-registration',
      'notify-ods-api',
      'issue-credentials',
      'run-hooks',
    ])
  })

  it('lets a deletion go back until its registration is put aside, and archives only what nobody can change any more', () => {
    const deletion = jobCatalogue.get('instance.delete')
    expect(deletion?.steps.map((step) => step.name)).to.deep.equal([
      'check-protection',
      'run-hooks',
      'revoke-access',
      'archive',
      'unregister',
      'notify-ods-api',
      'run-hooks-after-delete',
      'retire-database',
    ])
    expect(deletion?.pivot?.name).to.equal('unregister')
  })

  it('purges in the order in which Admin API lets things go, and never back', () => {
    const purge = jobCatalogue.get('instance.purge')
    expect(purge?.steps.map((step) => step.name)).to.deep.equal([
      'wait-for-caches',
      'prove-archive',
      'purge-credentials',
      'delete-registration',
      'drop-database',
      'forget-secrets',
    ])
    expect(purge?.pivot?.name).to.equal('prove-archive')
    expect(purge?.steps.filter((step) => step.undo).map((step) => step.name)).to.deep.equal(['prove-archive'])
  })

  it('retries no job of an instance in a status in which it would do harm', () => {
    for (const type of ['stop', 'start', 'rename'])
      expect(jobCatalogue.get(`instance.${type}`)?.retryWhen, type).to.have.members(['active', 'stopped'])
    expect(jobCatalogue.get('instance.purge')?.retryWhen).to.deep.equal(['deleted'])
    expect(jobCatalogue.get('instance.delete')?.retryWhen).not.to.include('deleted')
    expect(jobCatalogue.get('instance.undelete')?.retryWhen).not.to.include('purged')
  })

  it('has an undo for every step before a pivot that changes something outside', () => {
    // Health checks and reconciliations change nothing but what is on record of them.
    const looking = ['health.check', 'reconciliation.run']
    for (const definition of [...jobCatalogue.values()].filter(({ type }) => !looking.includes(type)))
      for (const step of definition.steps.slice(0, pivotPosition(definition) + 1))
        // What a seed leaves goes with its transaction, or with the new database; a notice cannot be taken back, nor a removal.
        if (!/^((reserve|verify|test|notify|wait|remove)-|seed$)/.test(step.name))
          expect(step.undo, `${definition.type}: ${step.name}`).to.be.a('function')
  })
})
