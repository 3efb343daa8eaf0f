import type { DatabaseCounts } from '@edfi-tenants/provisioner'
import { expect } from 'chai'
import { archiveCounts, differencesFrom } from '../../../packages/jobs/src/archives/archive-counts.js'

const counted = (counts: Record<string, number | null>, more: Partial<DatabaseCounts> = {}): DatabaseCounts => ({
  latencyMs: 1,
  odsVersion: '7.3',
  dataStandard: '5.2.0',
  counts,
  countsMode: 'exact',
  newestChangeAt: null,
  checks: [],
  ...more,
})

describe('the counts of an archive', () => {
  it('are those of a restored copy', () => {
    const recorded = archiveCounts(counted({ students: 5, schools: null }), null)
    expect(differencesFrom(recorded, counted({ students: 5, schools: null }))).to.deep.equal([])
    expect(differencesFrom(recorded, counted({ students: 4 }))).to.deep.equal(['students: 5 before, 4 restored'])
    expect(differencesFrom(recorded, counted({}))).to.deep.equal(['students: 5 before, none restored'])
  })

  it('may lie anywhere between before and after, where the database was in use meanwhile', () => {
    const recorded = archiveCounts(counted({ students: 9 }), counted({ students: 5 }))
    for (const students of [5, 7, 9]) expect(differencesFrom(recorded, counted({ students }))).to.deep.equal([])
    for (const students of [4, 10])
      expect(differencesFrom(recorded, counted({ students }))).to.deep.equal([
        `students: 5 to 9 before, ${students} restored`,
      ])
  })

  it('are compared with nothing where one side is an estimate, versions still are', () => {
    const estimated = { countsMode: 'estimated' as const }
    const other = counted({ students: 1 }, { odsVersion: '7.2' })
    const difference = ['odsVersion was 7.3 and is 7.2']
    expect(differencesFrom(archiveCounts(counted({ students: 5 }, estimated), null), other)).to.deep.equal(difference)
    expect(
      differencesFrom(archiveCounts(counted({ students: 5 }), counted({ students: 5 }, estimated)), other),
    ).to.deep.equal(difference)
    expect(differencesFrom(archiveCounts(counted({ students: 5 }), null), { ...other, ...estimated })).to.deep.equal(
      difference,
    )
  })
})
