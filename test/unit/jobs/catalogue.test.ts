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
      'verify-database',
      'register',
      'verify-registration',
    ])
  })

  it('has an undo for every step before a pivot that changes something outside', () => {
    for (const definition of jobCatalogue.values())
      for (const step of definition.steps.slice(0, pivotPosition(definition) + 1))
        if (!/^(reserve|verify|test)-/.test(step.name))
          expect(step.undo, `${definition.type}: ${step.name}`).to.be.a('function')
  })
})
