import { buildLargeTemplate } from '@edfi-tenants/sample-ods'
import { expect } from 'chai'
import { sharedPostgres } from '../../support/postgres.js'
import { dropDatabase, query, uniqueName } from './sample-server.js'

describe('buildLargeTemplate', function () {
  this.timeout(120_000)
  const databaseName = uniqueName('large')

  after(() => dropDatabase(databaseName))

  it('adds indexed tables until there are exactly as many as asked for, since the price of a clone depends on them', async () => {
    const { url: adminUrl } = await sharedPostgres()
    await buildLargeTemplate({ adminUrl, databaseName, tables: 231, seal: false })
    const [size] = await query<{ tables: number; generated: number; indexes: number }>(
      databaseName,
      `select (select count(*)::int from information_schema.tables
                where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')) as tables,
              (select count(*)::int from pg_tables where tablename like 'generatedtable%') as generated,
              (select count(*)::int from pg_indexes where tablename like 'generatedtable%') as indexes`,
    )
    expect(size?.tables).to.equal(231)
    expect(size?.indexes).to.be.greaterThan(3 * (size?.generated ?? Infinity))
  })
})
