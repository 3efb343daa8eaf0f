import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startSimulator, type Simulator } from '@edfi-tenants/admin-api-simulator'
import { buildTemplate } from '@edfi-tenants/sample-ods'
import { expect } from 'chai'
import { databasesLike } from '../../support/killed-workers.js'
import { sharedPostgres } from '../../support/postgres.js'
import { sharedRedis } from '../../support/redis.js'
import { azureForConformance } from '../../support/sql-server/azure-for-conformance.js'
import { fakeForConformance } from '../../support/sql-server/fake-for-conformance.js'
import { rdsForConformance } from '../../support/sql-server/rds-for-conformance.js'
import { startWorkerProcess, type WorkerProcess } from '../../support/worker-process.js'
import { environmentBody, startApi, type Answered, type ApiUnderTest } from '../api/api-under-test.js'

const example = fileURLToPath(new URL('../../../docs/examples/provisioner-folders/', import.meta.url))
const folderAdmin = { username: 'admin', password: 'Admin-Pass-77de' }
const folderShared = { username: 'ods_api', password: 'App-Pass-12ab' }
const template = 'EdFi_Ods_Minimal_Template_Test'

interface Job {
  status: string
  finishedAt: string | null
  error: { code: string; type: string } | null
}
interface Instance {
  databaseName: string
  status: string
  odsInstanceId: number
}
interface Archive {
  id: string
  source: { name: string }
}
interface Health {
  status: string
  reason: string | null
  databaseState: string
  counts: Record<string, number | null>
}

/** Asks again until there is an answer. */
async function soon<Result>(what: string, ask: () => Promise<Result | undefined>): Promise<Result> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
    const found = await ask()
    if (found !== undefined) return found
    await sleep(50)
  }
  throw new Error(`${what} did not happen.`)
}

/** What a tenant's instances are made on, and how one sees whether a database is there without asking the product. */
interface Place {
  tenant: string
  server: string
  canStop: boolean
  names: (database: string) => Promise<string[]>
}

describe('one stack with PostgreSQL, SQL Server, its relatives in clouds, and a plugin side by side', function () {
  this.timeout(150_000)
  const suffix = randomBytes(3).toString('hex')
  let folder: string
  let under: ApiUnderTest
  /** An Admin API serves one engine. */
  let simulators: Simulator[] = []
  let sqlServer: Awaited<ReturnType<typeof fakeForConformance>>
  let azure: Awaited<ReturnType<typeof azureForConformance>>
  let rds: Awaited<ReturnType<typeof rdsForConformance>>
  let worker: WorkerProcess
  let places: Record<'postgresql' | 'mssql' | 'azure' | 'rds' | 'folders', Place>

  before(async () => {
    folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'engines-')))
    const { makeServer } = (await import(path.join(example, 'make-server.js'))) as {
      makeServer: (root: string, wished: object) => Promise<void>
    }
    const root = path.join(folder, 'root')
    await makeServer(root, { admin: folderAdmin, shared: folderShared, template })
    const [{ url: serverUrl }, redis] = await Promise.all([sharedPostgres(), sharedRedis()])
    await buildTemplate({ adminUrl: serverUrl, databaseName: template, kind: 'minimal' })
    sqlServer = await fakeForConformance()
    azure = await azureForConformance()
    rds = await rdsForConformance()
    const secret = randomBytes(24).toString('hex')
    const clients = [{ clientId: 'tests', clientSecret: secret, displayName: 'Tests' }]
    simulators = await Promise.all(
      (['PostgreSql', 'SqlServer'] as const).map((engine) => startSimulator({ multiTenant: true, clients, engine })),
    )
    const key = `k1:${randomBytes(32).toString('base64')}`
    let controlUrl = ''
    under = await startApi({ ENCRYPTION_KEYS: key }, (url) => (controlUrl = url))
    worker = startWorkerProcess({
      DATABASE_URL: controlUrl,
      QUEUE_URL: redis?.url ?? controlUrl,
      ENCRYPTION_KEYS: key,
      PROVISIONERS: 'postgresql,mssql,azure-sql,aws-rds-sqlserver,./docs/examples/provisioner-folders/index.js',
      LOG_LEVEL: 'error',
      ARCHIVE_DIR: path.join(folder, 'archives'),
      ODS_API_CACHE_SECONDS: '0',
      HEALTH_INTERVAL_SECONDS: '0',
      RETRY_FOR_SECONDS: '4',
    })

    const address = new URL(serverUrl)
    const { root: client } = under
    const expected = async (status: number, asked: Promise<Answered>): Promise<void> => {
      const answer = await asked
      expect(answer.status, answer.text).to.equal(status)
    }
    for (const [index, { name, engine }] of [
      { name: 'postgres', engine: 'PostgreSql' },
      { name: 'sql', engine: 'SqlServer' },
    ].entries())
      await expected(
        201,
        client.post(
          '/v1/environments',
          environmentBody(name, {
            engine,
            adminApi: { url: simulators[index]?.url, clientId: 'tests', clientSecret: secret, multiTenant: true },
          }),
        ),
      )
    const servers = [
      {
        name: 'local',
        engine: 'postgresql',
        settings: { host: address.hostname, port: Number(address.port) },
        credentials: {
          username: decodeURIComponent(address.username),
          password: decodeURIComponent(address.password),
        },
        registeredLogin: 'perInstance',
        templates: { minimal: template, gone: 'no_such_template' },
      },
      {
        name: 'sql',
        engine: 'mssql',
        settings: sqlServer.server.settings,
        credentials: sqlServer.server.credentials,
        registeredLogin: 'perInstance',
        templates: { minimal: sqlServer.template, gone: sqlServer.missingTemplate },
      },
      {
        name: 'azure',
        engine: 'azure-sql',
        settings: azure.server.settings,
        credentials: azure.server.credentials,
        registeredLogin: 'shared',
        registeredCredentials: azure.login,
        templates: { minimal: azure.template, gone: azure.missingTemplate },
      },
      {
        name: 'rds',
        engine: 'aws-rds-sqlserver',
        settings: rds.server.settings,
        credentials: rds.server.credentials,
        registeredLogin: 'perInstance',
        templates: { minimal: rds.template, gone: rds.missingTemplate },
      },
      {
        name: 'folders',
        engine: 'folders',
        settings: { root },
        credentials: folderAdmin,
        registeredLogin: 'shared',
        registeredCredentials: folderShared,
        templates: { minimal: template, gone: 'no_such_template' },
      },
    ]
    for (const server of servers)
      await soon('The worker’s word of its provisioners', async () => {
        const answer = await client.post('/v1/database-servers', server)
        if (answer.status === 201) return true
        expect(answer.body.code, answer.text).to.equal('provisioner_unknown')
        return undefined
      })
    for (const [name, environment, adminTenant] of [
      ['district-p', 'postgres', 'district-one'],
      ['district-s', 'sql', 'district-two'],
    ])
      await expected(
        201,
        client.post('/v1/tenants', {
          name,
          environment,
          adminTenant,
          databaseNamePattern: `EdFi_Ods_${suffix}_{name}`,
        }),
      )
    const on = (tenant: string, server: string, canStop: boolean, all: () => Promise<string[]>): Place => ({
      ...{ tenant, server, canStop },
      names: async (name) => (await all()).filter((each) => each === name),
    })
    places = {
      postgresql: on('district-p', 'local', true, () => databasesLike(serverUrl, '%')),
      mssql: on('district-s', 'sql', true, () => sqlServer.listRaw()),
      azure: on('district-s', 'azure', false, () => azure.listRaw()),
      rds: on('district-s', 'rds', false, () => rds.listRaw()),
      folders: on('district-p', 'folders', true, () => Promise.resolve(readdirSync(root))),
    }
  })
  after(async () => {
    await worker.stop()
    await under.stop()
    await Promise.all(simulators.map((each) => each.close()))
    for (const each of [sqlServer, azure, rds]) await each.stop?.()
    rmSync(folder, { recursive: true })
  })

  async function ended(asked: Promise<Answered>): Promise<Job> {
    const answer = await asked
    expect(answer.status, answer.text).to.equal(202)
    return soon('The end of the job', async () => {
      const { body } = await under.root.get(`/v1/jobs/${answer.body.job.id}`)
      const job = body as unknown as Job
      return job.finishedAt ? job : undefined
    })
  }
  async function succeeded(asked: Promise<Answered>): Promise<void> {
    const job = await ended(asked)
    expect([job.status, job.error], JSON.stringify(job)).to.deep.equal(['succeeded', null])
  }
  /** Deleting hides the instance; a job of its own removes what is left of it. */
  const purged = (path: string): Promise<true> =>
    soon('The purge', async () => {
      const { status, body } = await under.root.get(path)
      return status === 404 || body.status === 'purged' ? true : undefined
    })
  const ask = ({ tenant, server }: Place, name: string, more: object = {}) =>
    under.root.post('/v1/instances', { tenant, server, name, contexts: { schoolYearFromRoute: name }, ...more })

  it('creates, checks, stops, starts, renames, archives, deletes, brings back and purges on all of them at the same time', async () => {
    await Promise.all(
      Object.entries(places).map(async ([engine, place]) => {
        const name = `life-${engine}`
        const created = await ask(place, name)
        await succeeded(Promise.resolve(created))
        const path = `/v1/instances/${created.body.instance.id}`
        const before = (await under.root.get(path)).body as unknown as Instance
        expect(before.status).to.equal('active')
        expect(before.odsInstanceId).to.be.a('number')
        expect(await place.names(before.databaseName)).to.deep.equal([before.databaseName])

        await succeeded(under.root.post(`${path}/health-checks`))
        const health = (await under.root.get(`${path}/health`)).body as unknown as Health
        expect([health.status, health.databaseState], health.reason ?? '').to.deep.equal(['healthy', 'online'])
        expect(health.counts['descriptors']).to.be.greaterThan(0)

        if (place.canStop) {
          await succeeded(under.root.post(`${path}/stop`))
          await succeeded(under.root.post(`${path}/start`))
        } else {
          const refused = await under.root.post(`${path}/stop`)
          expect([refused.status, refused.body.code]).to.deep.equal([422, 'not_supported'])
        }
        const databaseName = `EdFi_Ods_${suffix}_${engine}_renamed`
        await succeeded(under.root.post(`${path}/rename`, { databaseName }))
        expect(await place.names(before.databaseName)).to.deep.equal([])
        expect(await place.names(databaseName)).to.deep.equal([databaseName])

        await succeeded(under.root.post(`${path}/archive`, { allowDowntime: true }))
        await succeeded(under.root.delete(`${path}?confirm=${name}&archive=false`))
        expect(await place.names(databaseName)).to.deep.equal([])
        await succeeded(under.root.post(`${path}/undelete`))
        expect(await place.names(databaseName)).to.deep.equal([databaseName])
        await succeeded(under.root.post(`${path}/health-checks`))
        const again = (await under.root.get(`${path}/health`)).body as unknown as Health
        expect([again.status, again.databaseState], again.reason ?? '').to.deep.equal(['healthy', 'online'])

        await succeeded(under.root.delete(`${path}?confirm=${name}&archive=false&purge=now`))
        await purged(path)
        expect(await place.names(databaseName)).to.deep.equal([])
      }),
    )
    const { items } = (await under.root.get('/v1/archives')).body as unknown as { items: Archive[] }
    expect(items.length).to.equal(Object.keys(places).length)
    for (const { id, source } of items) await succeeded(under.root.delete(`/v1/archives/${id}?confirm=${source.name}`))
    for (const { model } of [sqlServer, azure, rds])
      expect(model.databases.map((each) => each.name).filter((name) => name.startsWith('tm_'))).to.deep.equal([])
  })

  it('refuses an instance on the other engine’s server, and a copy on another provisioner’s', async () => {
    const { postgresql, mssql, folders } = places
    for (const place of [
      { ...postgresql, server: mssql.server },
      { ...mssql, server: postgresql.server },
      { ...mssql, server: folders.server },
    ]) {
      const answer = await ask(place, 'crossed')
      expect([answer.status, answer.body.code], answer.text).to.deep.equal([422, 'engine_mismatch'])
      expect(answer.body.type).to.match(/engine_mismatch$/)
    }
    const source = await ask(postgresql, 'source')
    await succeeded(Promise.resolve(source))
    const clone = await under.root.post(`/v1/instances/${source.body.instance.id}/clone`, {
      name: 'crossed',
      server: folders.server,
      contexts: { schoolYearFromRoute: 'crossed' },
    })
    expect([clone.status, clone.body.code], clone.text).to.deep.equal([422, 'engine_mismatch'])
    await succeeded(
      under.root.delete(`/v1/instances/${source.body.instance.id}?confirm=source&archive=false&purge=now`),
    )
  })

  it('gives each engine’s errors as the same typed problem, and nothing stays behind', async () => {
    for (const [engine, place] of Object.entries(places)) {
      const name = `gone-${engine}`
      const job = await ended(ask(place, name, { template: 'gone' }))
      expect([job.status, job.error?.code], engine).to.deep.equal(['failed', 'template_missing'])
      expect(job.error?.type).to.match(/template_missing$/)
      expect(await place.names(`EdFi_Ods_${suffix}_${name}`)).to.deep.equal([])
      const unknown = await ask(place, name, { template: 'none' })
      expect([unknown.status, unknown.body.code], engine).to.deep.equal([422, 'unknown_template'])
    }
  })

  it('goes on with the others while one engine’s server cannot be reached', async () => {
    sqlServer.model.before = () => {
      sqlServer.cut()
    }
    try {
      const [lost, made] = await Promise.all([
        ended(ask(places.mssql, 'lost')),
        ended(ask(places.postgresql, 'meanwhile')),
      ])
      expect([lost.status, lost.error?.code]).to.deep.equal(['failed', 'server_unreachable'])
      expect([made.status, made.error]).to.deep.equal(['succeeded', null])
    } finally {
      sqlServer.model.before = undefined
    }
    await succeeded(ask(places.mssql, 'found-again'))
  })
})
