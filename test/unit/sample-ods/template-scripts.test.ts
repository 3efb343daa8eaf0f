import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { inWordsOf, readScript, scriptNames } from '../../../packages/sample-ods/src/template-scripts.js'

const everything = { withDeployJournal: true, withVersionFunctions: true }

describe('scriptNames', () => {
  it('names every script there is, so that none is forgotten when one is added', () => {
    const files = readdirSync(new URL('../../../packages/sample-ods/sql/', import.meta.url))
    const names = [...scriptNames({ kind: 'populated', ...everything }), '400-large']
    expect(names.map((name) => `${name}.sql`).sort()).to.deep.equal(files.sort())
  })

  it('leaves the sample district out of a minimal template', () => {
    expect(scriptNames({ kind: 'minimal', ...everything }).filter((name) => name.includes('sample'))).to.deep.equal([])
  })

  it('finishes last, since the sample data needs what the last script drops', () => {
    expect(scriptNames({ kind: 'populated', ...everything }).at(-1)).to.equal('190-finish')
  })
})

describe('inWordsOf', () => {
  it('calls contacts parents before Data Standard 5, in tables, columns, indexes and discriminators', () => {
    const sql = `create table edfi.contact (contactusi int, contactuniqueid text); create index contact_ui_contactuniqueid;
      select 'edfi.StudentContactAssociation', 'edfi.Contact' from edfi.studentcontactassociation`
    expect(inWordsOf('4.0', sql)).to
      .equal(`create table edfi.parent (parentusi int, parentuniqueid text); create index parent_ui_parentuniqueid;
      select 'edfi.StudentParentAssociation', 'edfi.Parent' from edfi.studentparentassociation`)
  })

  it('leaves the columns that keep their names', () => {
    expect(inWordsOf('4.0', 'contactpriority, primarycontactstatus')).to.equal('contactpriority, primarycontactstatus')
  })

  it('changes nothing from Data Standard 5 on', async () => {
    const sql = await readScript('040-people')
    expect(inWordsOf('5.2', sql)).to.equal(sql)
  })
})
