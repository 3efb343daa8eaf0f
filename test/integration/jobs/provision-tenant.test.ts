import {
  cancelJob,
  jobCatalogue,
  provisionTenant,
  requestTenantProvision,
  type JobDefinition,
  type TenantProvisionBody,
} from '@edfi-tenants/jobs'
import {
  createServer,
  openTenantProvision,
  readServer,
  readTenant,
  readTenantProvision,
  type JobRow,
} from '@edfi-tenants/store'
import { expect } from 'chai'
import pg from 'pg'
import { origin, startJobStack, type JobStack } from '../../support/job-stack.js'

/** The parts of an Npgsql connection string. */
const partsOf = (text: string): Partial<Record<string, string>> =>
  Object.fromEntries(
    text.split(';').map((part): [string, string] => {
      const [key = '', ...value] = part.split('=')
      return [key.toLowerCase(), value.join('=')]
    }),
  )

async function connectWith(text: string): Promise<pg.Client> {
  const { host, port, username, password, database } = partsOf(text)
  const client = new pg.Client({ host, port: Number(port), user: username, password, database })
  await client.connect()
  return client
}

describe('provisioning a tenant', function () {
  this.timeout(120_000)
  let stack: JobStack
  let admin: pg.Client
  const templates = { admin: `Admin_Template_${process.pid}`, security: `Security_Template_${process.pid}` }

  before(async () => {
    stack = await startJobStack()
    admin = new pg.Client({ connectionString: stack.serverUrl })
    await admin.connect()
    for (const [kind, name] of Object.entries(templates)) {
      await admin.query(`create database "${name}"`)
      const url = new URL(stack.serverUrl)
      url.pathname = `/${name}`
      const inside = new pg.Client({ connectionString: url.href })
      await inside.connect()
      await inside.query(`create schema dbo; create table dbo.things (id serial primary key, kind text);
        insert into dbo.things (kind) values ('${kind}')`)
      await inside.end()
    }
    await stack.store.database.query(
      `UPDATE database_servers SET templates = templates || $1::jsonb, worker_pool = 'default'`,
      [JSON.stringify({ ...templates, gone: 'no_such_template' })],
    )
    const local = await readServer(stack.store, 'local')
    if (!local) throw new Error('There is no server.')
    await createServer(stack.store, {
      ...local,
      name: 'second',
      credentials: { username: 'nobody', password: 'x', passwordFrom: null },
      registeredCredentials: null,
    })
  })
  after(async () => {
    for (const name of [...(await databases()), ...Object.values(templates)])
      await admin.query(`drop database if exists "${name}" with (force)`)
    await admin.end()
    await stack.close()
  })

  const databases = async (): Promise<string[]> => {
    const { rows } = await admin.query<{ datname: string }>(
      String.raw`select datname from pg_database where datname ~ '^EdFi_(Admin|Security)_district_one$' order by 1`,
    )
    return rows.map(({ datname }) => datname)
  }
  const logins = async (): Promise<string[]> =>
    (await admin.query<{ rolname: string }>(`select rolname from pg_roles where rolname like 'tenant\\_%'`)).rows.map(
      ({ rolname }) => rolname,
    )
  const record = () => readTenantProvision(stack.store.database, 'district-one')
  const ask = async (body: TenantProvisionBody): Promise<JobRow> => {
    const tenant = await readTenant(stack.store, 'district-one', '*')
    if (!tenant) throw new Error('There is no tenant.')
    const job = await stack.store.database.transaction((database) =>
      requestTenantProvision(database, tenant, body, origin),
    )
    stack.ringer.request()
    return job
  }
  const refusal = (body: TenantProvisionBody) =>
    ask(body).then(
      () => null,
      (error: unknown) => (error as { code: string }).code,
    )

  it('refuses servers and templates that are not there', async () => {
    expect(await refusal({ server: 'nowhere' })).to.equal('unknown_server')
    expect(await refusal({ server: 'local', adminTemplate: 'nowhere' })).to.equal('unknown_template')
    expect(await record()).to.equal(null)
  })

  it('leaves nothing behind when the second template is missing', async () => {
    const worker = stack.startWorker()
    const ended = await stack.waitForJob((await ask({ server: 'local', securityTemplate: 'gone' })).id)
    expect(ended.error).to.include({ code: 'template_missing' })
    expect(ended.outcome).to.deep.include({ compensation: 'done', leftovers: [] })
    expect(ended.steps.map(({ status }) => status)).to.deep.equal(['undone', 'undone', 'failed', 'pending'])
    expect([await databases(), await logins(), await record()]).to.deep.equal([[], [], null])
    await worker.stop()
  })

  it('leaves nothing behind when it is cancelled in the middle', async () => {
    let reached: () => void = () => undefined
    const atVerify = new Promise<void>((resolve) => (reached = resolve))
    const steps = provisionTenant.steps.map((step) =>
      step.name === 'verify-databases'
        ? {
            ...step,
            run: async ({ signal }: { signal: AbortSignal }) => {
              reached()
              await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
              return {}
            },
          }
        : step,
    )
    const slow: JobDefinition = { ...provisionTenant, steps, pivot: steps.at(-1) ?? null }
    const worker = stack.startWorker({ definitions: new Map([...jobCatalogue, [slow.type, slow]]), leaseSeconds: 3 })
    const job = await ask({ server: 'local' })
    await atVerify
    expect(await databases()).to.have.length(2)
    expect(await refusal({ server: 'second' }), 'another request while it runs').to.equal('tenant_provisioned')
    expect((await ask({ server: 'local' })).id, 'the same request while it runs').to.equal(job.id)
    await cancelJob(stack.store.database, job, origin)
    stack.ringer.request()
    const ended = await stack.waitForJob(job.id)
    expect(ended.status).to.equal('cancelled')
    expect([await databases(), await logins(), await record()]).to.deep.equal([[], [], null])
    await worker.stop()
  })

  it('touches no database of the same name that is somebody else’s', async () => {
    await admin.query('create database "EdFi_Security_district_one"')
    const worker = stack.startWorker()
    const ended = await stack.waitForJob((await ask({ server: 'local' })).id)
    expect(ended.error).to.include({ code: 'database_name_taken' })
    expect(await databases()).to.deep.equal(['EdFi_Security_district_one'])
    expect([await logins(), await record()]).to.deep.equal([[], null])
    await admin.query('drop database "EdFi_Security_district_one"')
    await worker.stop()
  })

  it('copies both templates, for a login of their own that can work in them, and keeps secrets out of the job', async () => {
    stack.startWorker()
    const ended = await stack.waitForJob((await ask({ server: 'local' })).id)
    expect(ended.error).to.equal(null)
    expect(ended.status).to.equal('succeeded')
    const provision = await record()
    expect(ended.result).to.deep.equal({
      server: 'local',
      databases: { EdFi_Admin: 'EdFi_Admin_district_one', EdFi_Security: 'EdFi_Security_district_one' },
      login: provision?.login,
    })
    expect(await databases()).to.deep.equal(['EdFi_Admin_district_one', 'EdFi_Security_district_one'])
    const secrets = await openTenantProvision(stack.store, 'district-one')
    expect(secrets?.password).to.have.length.greaterThan(20)
    expect(JSON.stringify(ended)).to.not.contain(secrets?.password)
    for (const [kind, text] of [
      ['admin', secrets?.admin ?? ''],
      ['security', secrets?.security ?? ''],
    ] as const) {
      const client = await connectWith(text)
      expect((await client.query('select kind from dbo.things')).rows).to.deep.equal([{ kind }])
      await client.query(`insert into dbo.things (kind) values ('written')`)
      await client.end()
    }
    const { rows } = await admin.query<{ marker: string }>(
      `select shobj_description(oid, 'pg_database') as marker from pg_database where datname = 'EdFi_Admin_district_one'`,
    )
    expect(JSON.parse(rows[0]?.marker ?? '{}')).to.include({ kind: 'tenant', instanceId: provision?.id })
  })

  it('asked again finds them, and changes neither password nor content; a failure then drops nothing', async () => {
    const before = [await record(), await openTenantProvision(stack.store, 'district-one')]
    const again = await stack.waitForJob((await ask({ server: 'LOCAL' })).id)
    expect(again.status).to.equal('succeeded')
    expect([await record(), await openTenantProvision(stack.store, 'district-one')]).to.deep.equal(before)
    await admin.query(`alter database "EdFi_Security_district_one" rename to "hidden_${process.pid}"`)
    const failed = await stack.waitForJob((await ask({ server: 'local', securityTemplate: 'gone' })).id)
    await admin.query(`alter database "hidden_${process.pid}" rename to "EdFi_Security_district_one"`)
    expect(failed.status).to.equal('failed')
    expect(await databases()).to.have.length(2)
    expect(await record()).to.deep.equal(before[0])
    const client = await connectWith((await openTenantProvision(stack.store, 'district-one'))?.admin ?? '')
    expect((await client.query('select 1 from dbo.things')).rows).to.have.length(2)
    await client.end()
  })

  it('refuses another server once they are there', async () => {
    expect(await refusal({ server: 'second' })).to.equal('tenant_provisioned')
  })
})
