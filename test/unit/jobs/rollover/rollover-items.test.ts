import { rolloverItems, type RolloverOrder } from '@edfi-tenants/jobs'
import type { RolloverSource } from '@edfi-tenants/store'
import { expect } from 'chai'

const order: RolloverOrder = { fromYear: 2026, toYear: 2027, method: 'template' }
const source = (more: Partial<RolloverSource> = {}): RolloverSource => ({
  id: '3f1c0f5f-7a11-4f0c-9a2e-0b9f8a526d0f',
  tenant: 'grand-bend',
  name: 'Grand Bend 2026',
  displayName: 'Grand Bend ISD 2025-2026',
  instanceType: 'ods',
  server: 'ods-01',
  templateName: 'minimal',
  contexts: { schoolYearFromRoute: '2026' },
  labels: { district: '255901', schoolYear: '2026' },
  databaseName: 'EdFi_Ods_grand_bend_Grand_Bend_2026',
  databaseNamePattern: null,
  credentials: [],
  ...more,
})
const faultsOf = (one: RolloverSource, more: Partial<RolloverOrder> = {}) =>
  rolloverItems([one], { ...order, ...more }).faults.map(({ pointer }) => pointer)

describe('the instances of the next school year', () => {
  it('are called and found as those of the last one, with the year replaced', () => {
    expect(rolloverItems([source()], order).successions[0]?.item).to.deep.equal({
      ref: source().id,
      tenant: 'grand-bend',
      name: 'Grand Bend 2027',
      displayName: 'Grand Bend ISD 2026-2027',
      instanceType: 'ods',
      server: 'ods-01',
      template: 'minimal',
      contexts: { schoolYearFromRoute: '2027' },
      labels: { district: '255901', schoolYear: '2027' },
    })
  })

  it('have names of databases of their own, also where those were chosen', () => {
    const chosen = rolloverItems([source({ databaseName: 'GB_2025_2026' })], order).successions[0]?.item
    expect(chosen).to.include({ databaseName: 'GB_2026_2027' })
    const plain = rolloverItems([source({ databaseName: 'GB' })], order).successions[0]?.item
    expect(plain).not.to.have.property('databaseName')
  })

  it('are those of the year that contexts and labels say, not of any that a name holds', () => {
    const others = [
      source({ contexts: { schoolYearFromRoute: '2025' }, labels: {} }),
      source({ name: 'Grand Bend 2025', contexts: {}, labels: {}, displayName: null }),
      source({ name: 'Grand Bend', contexts: { instanceId: '2026' }, labels: {}, displayName: null }),
    ]
    const items = rolloverItems(others, order)
    expect(items.successions).to.have.length(0)
    expect(items.otherYears).to.equal(2)
    expect(items.unmatched.map(({ name }) => name)).to.deep.equal(['Grand Bend'])
  })

  it('need a name that says the year, or a pattern', () => {
    const unnamed = source({ name: 'Grand Bend' })
    expect(faultsOf(unnamed)).to.deep.equal(['/items/0/name'])
    const naming = { name: '{name} {label.district} {toYear}' }
    expect(rolloverItems([unnamed], { ...order, naming }).successions[0]?.item.name).to.equal('Grand Bend 255901 2027')
    expect(faultsOf(unnamed, { naming: { name: '{label.nothing} {toYear}' } })).to.deep.equal(['/items/0/name'])
  })

  it('share credentials only where these can tell them from last year’s', () => {
    const credentials = [
      { applicationId: 7, apiClientId: null },
      { applicationId: 8, apiClientId: 81 },
    ]
    const { successions, faults } = rolloverItems([source({ credentials })], { ...order, attachCredentials: true })
    expect(successions[0]?.item.applications).to.deep.equal([{ applicationId: 7 }, { apiClientId: 81 }])
    expect(faults).to.deep.equal([])
    const alike = source({ credentials, contexts: { instanceId: 'gb' } })
    expect(faultsOf(alike, { attachCredentials: true })).to.deep.equal(['/items/0/contexts'])
    expect(faultsOf(alike)).to.deep.equal([])
  })
})
