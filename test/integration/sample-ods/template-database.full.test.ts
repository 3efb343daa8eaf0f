import { buildTemplate } from '@edfi-tenants/sample-ods'
import { expect } from 'chai'
import { createHash } from 'node:crypto'
import { escapeIdentifier } from 'pg'
import { sharedPostgres } from '../../support/postgres.js'
import { dropDatabase, query, uniqueName, value } from './sample-server.js'

const workingPrefix = (name: string) =>
  `sample_ods_build_${createHash('sha256').update(name).digest('hex').slice(0, 8)}_`

async function workingDatabases(name: string): Promise<unknown> {
  return value(undefined, 'select count(*)::int from pg_database where starts_with(datname, $1)', [workingPrefix(name)])
}

async function oid(name: string): Promise<unknown> {
  return value(undefined, 'select oid from pg_database where datname = $1', [name])
}

describe('createTemplateDatabase', function () {
  this.timeout(120_000)
  const created: string[] = []
  let adminUrl: string

  function named(subject: string): string {
    const name = uniqueName(subject)
    created.push(name)
    return name
  }

  before(async () => {
    adminUrl = (await sharedPostgres()).url
  })

  after(async () => {
    for (const name of created) await dropDatabase(name)
  })

  it('removes what a killed builder left, and does nothing where a finished template is', async () => {
    const databaseName = named('twice')
    const leftover = `${workingPrefix(databaseName)}0badf00d`
    created.push(leftover)
    await query(undefined, `create database ${escapeIdentifier(leftover)} is_template true allow_connections false`)
    expect(await buildTemplate({ adminUrl, databaseName, kind: 'minimal' })).to.equal('built')
    expect(await workingDatabases(databaseName)).to.equal(0)
    const first = await oid(databaseName)
    expect(await buildTemplate({ adminUrl, databaseName, kind: 'minimal' })).to.equal('exists')
    expect(await oid(databaseName)).to.equal(first)
  })

  it('builds once when several builders start at the same moment', async () => {
    const databaseName = named('race')
    const outcomes = await Promise.all([1, 2, 3].map(() => buildTemplate({ adminUrl, databaseName, kind: 'minimal' })))
    expect(outcomes.sort()).to.deep.equal(['built', 'exists', 'exists'])
    expect(await workingDatabases(databaseName)).to.equal(0)
  })

  it('survives a builder that came in through another database, where its lock does not count', async () => {
    const databaseName = named('two_doors')
    const otherDoor = named('door')
    await query(undefined, `create database ${escapeIdentifier(otherDoor)}`)
    const url = new URL(adminUrl)
    url.pathname = `/${otherDoor}`
    const outcomes = await Promise.all([
      buildTemplate({ adminUrl, databaseName, kind: 'minimal' }),
      buildTemplate({ adminUrl: url.href, databaseName, kind: 'minimal' }),
    ])
    expect(outcomes.sort()).to.deep.equal(['built', 'exists'])
    expect(await workingDatabases(databaseName)).to.equal(0)
  })

  it('leaves no database behind when the content cannot be made', async () => {
    const databaseName = named('failing')
    const failure = await buildTemplate({ adminUrl, databaseName, kind: 'minimal', odsVersion: '7.x' }).catch(
      (error: unknown) => error,
    )
    expect(failure).to.be.instanceOf(Error).with.property('message', 'not a version: "7.x"')
    expect(await oid(databaseName)).to.equal(undefined)
    expect(await workingDatabases(databaseName)).to.equal(0)
  })

  it('refuses a name that belongs to a database of somebody else, and leaves that database alone', async () => {
    const databaseName = named('foreign')
    await query(undefined, `create database ${escapeIdentifier(databaseName)}`)
    const before = await oid(databaseName)
    const failure = await buildTemplate({ adminUrl, databaseName, kind: 'minimal' }).catch((error: unknown) => error)
    expect(failure).to.be.instanceOf(Error).with.property('message').that.contains('is not a sealed template')
    expect(await oid(databaseName)).to.equal(before)
  })

  it('refuses a name that PostgreSQL would cut', async () => {
    const databaseName = 'ü'.repeat(32)
    const failure = await buildTemplate({ adminUrl, databaseName, kind: 'minimal' }).catch((error: unknown) => error)
    expect(failure).to.be.instanceOf(Error).with.property('message').that.contains('1 to 63 bytes')
  })
})
