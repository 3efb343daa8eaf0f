import { operations } from '@edfi-tenants/contract'
import { expect } from 'chai'
import { pointers, refusal } from './request.js'

const { deleteInstance, renameInstance, stopInstance } = operations
const id = '6f0b6a3c-7f0e-4c7e-9d55-0c1f3a1b2c3d'

describe('the calls of an instance’s life', () => {
  it('refuse a deletion with words that are none of theirs, and parameters they do not know', () => {
    for (const search of ['purge=later', 'applications=keep', 'archive=perhaps', 'force=true', 'confirm=a&confirm=b'])
      expect(pointers(deleteInstance, { params: { id }, search }), search).to.deep.equal([`?${search.split('=')[0]}`])
  })

  it('refuse a rename to nothing, to names that are none, and of what cannot be renamed', () => {
    for (const [title, body, pointer] of [
      ['nothing', {}, ''],
      ['a name that starts with a space', { name: ' x' }, '/name'],
      ['a name of 101 characters', { name: 'x'.repeat(101) }, '/name'],
      ['a database name with a quote', { databaseName: 'a"b' }, '/databaseName'],
      ['another display name', { name: 'x', displayName: 'y' }, '/displayName'],
    ] as const)
      expect(pointers(renameInstance, { params: { id }, body }), title).to.deep.equal([pointer])
  })

  it('take no body where there is nothing to say', () => {
    expect(refusal(stopInstance, { params: { id }, body: { force: true } }).code).to.equal('validation_failed')
  })
})
