import { batchScopes, checkBatch, operations, batchOperationNames } from '@edfi-tenants/contract'
import { expect } from 'chai'

describe('a batch by its schema', () => {
  const pointers = (body: unknown) => checkBatch(body).faults.map(({ pointer }) => pointer)
  const instanceId = '6f0b6a3c-7f0e-4c7e-9d55-0c1f3a1b2c3d'

  it('has the faults of each item at its position, and says which items these are', () => {
    const { faults, items } = checkBatch({
      operation: 'instance.create',
      items: [
        { tenant: 'a', name: 'Good' },
        { tenant: 'a', name: '', ref: 'x'.repeat(101) },
        'no item',
        { tenant: 'a', name: 'Reserved', databaseName: 'template1' },
      ],
    })
    expect(faults.map(({ pointer }) => pointer)).to.deep.equal([
      '/items/1/name',
      '/items/1/ref',
      '/items/2',
      '/items/3/databaseName',
    ])
    expect([...items]).to.deep.equal([1, 2, 3])
  })

  it('takes the parameters of a deletion as properties, each or none of them', () => {
    const remove = (item: object) => pointers({ operation: 'instance.delete', items: [{ instanceId, ...item }] })
    expect(remove({ confirm: 'A' })).to.deep.equal([])
    expect(remove({ confirm: 'A', archive: false, applications: 'detach', purge: 'now' })).to.deep.equal([])
    expect(remove({ archive: 'false', reason: 'x' })).to.deep.equal(['/items/0/archive', '/items/0/reason'])
  })

  it('names its instances or selects them, and confirms a number only with a selector', () => {
    const stop = (more: object) => pointers({ operation: 'instance.stop', ...more })
    expect(stop({ items: [{ instanceId }] })).to.deep.equal([])
    expect(stop({ selector: { tenant: 'a' }, confirmCount: 3 })).to.deep.equal([])
    expect(stop({})).to.deep.equal(['/items'])
    expect(stop({ selector: {}, confirmCount: 3 })).to.deep.equal(['/selector'])
    expect(stop({ selector: { tenant: 'a' }, items: [{ instanceId }] })).to.deep.equal(['/items'])
    expect(stop({ items: [{ instanceId }], confirmCount: 1 })).to.deep.equal(['/confirmCount'])
    expect(pointers({ operation: 'instance.create', selector: { tenant: 'a' } })).to.deep.equal(['/items', '/selector'])
    expect(pointers({ operation: 'instance.seed', selector: { tenant: 'a' }, parameters: {} })).to.deep.equal([
      '/parameters/bundle',
    ])
  })

  it('cannot be told anything else while nobody knows what it asks for', () => {
    expect(checkBatch({ operation: 'instance.explode', items: [{}] })).to.deep.include({ body: null })
    expect(pointers(null)).to.deep.equal([''])
    expect(pointers({ items: 3 })).to.deep.equal(['/operation'])
  })

  it('needs the scope that its single call needs', () => {
    const single: Record<string, { scope: string | null }> = {
      'instance.create': operations.createInstance,
      'instance.clone': operations.cloneInstance,
      'instance.delete': operations.deleteInstance,
      'instance.seed': operations.seedInstance,
      'instance.stop': operations.stopInstance,
      'instance.start': operations.startInstance,
      'instance.archive': operations.archiveInstance,
      'instance.health': operations.checkInstanceHealth,
    }
    for (const name of batchOperationNames) expect(batchScopes[name], name).to.equal(single[name]?.scope)
  })
})
