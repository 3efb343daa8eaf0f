import { randomBytes, randomUUID } from 'node:crypto'
import { defaultDatabaseName, Failure, isFailure } from '@edfi-tenants/core'
import type { Ownership, RegisteredLogin } from '@edfi-tenants/provisioner'
import {
  forgetTenantProvision,
  openTenantProvision,
  readTenantProvision,
  saveTenantProvision,
  type TenantProvision,
} from '@edfi-tenants/store'
import { defineStep, type ServerAccess, type Step, type StepContext } from '../engine/define-job.js'

/** What a job `tenant.provision` is to do, as its parameters hold it. */
export interface TenantProvisionParameters {
  adminTemplate: string
  securityTemplate: string
}

/**
 * Puts on record, before anything is made, who owns the databases, what they are called, and how they are reached. The
 * record is what a second try, and a second job, go on from.
 */
export const reserveTenantDatabases = defineStep({
  name: 'reserve-databases',
  async run(context) {
    const { job, store, fence } = context
    const tenant = tenantOf(context)
    const earlier = await readTenantProvision(store.database, tenant)
    if (earlier && earlier.serverId !== job.serverId)
      throw new Failure('tenant_provisioned', `The databases of "${tenant}" are on "${earlier.server}".`)
    const access = await context.database()
    const id = earlier?.id ?? randomUUID()
    const provision: TenantProvision = earlier ?? {
      id,
      serverId: access.server.id,
      server: access.server.name,
      adminDatabase: defaultDatabaseName(tenant, 'Admin', 'EdFi_{name}_{tenant}'),
      securityDatabase: defaultDatabaseName(tenant, 'Security', 'EdFi_{name}_{tenant}'),
      login: access.sharedLogin ? null : `tenant_${id}`,
      finishedAt: null,
    }
    const known = earlier ? await openTenantProvision(store, tenant) : null
    const password = provision.login === null ? null : (known?.password ?? randomBytes(24).toString('base64url'))
    const login = loginOf(provision, password, access)
    const stringOf = async (databaseName: string) =>
      access.provisioner.registeredConnectionString(access.server, { databaseName, login })
    const [admin, security] = [await stringOf(provision.adminDatabase), await stringOf(provision.securityDatabase)]
    await fence()
    await saveTenantProvision(store, tenant, provision, { password, admin, security })
    return { detail: `They are "${provision.adminDatabase}" and "${provision.securityDatabase}".` }
  },
  async undo(context) {
    const { store, fence } = context
    const tenant = tenantOf(context)
    const provision = await readTenantProvision(store.database, tenant)
    if (!provision || provision.finishedAt !== null || provision.serverId !== context.job.serverId)
      return { detail: 'The record stays as it was.' }
    await fence()
    await forgetTenantProvision(store.database, tenant, provision.id)
    return { detail: 'The names are free again.' }
  },
})

/** Copies the tenant's EdFi_Admin. Its undo runs last, so that it takes the login along. */
export const createAdminDatabase = createStep('create-admin-database', 'adminDatabase', 'adminTemplate')

/** Copies the tenant's EdFi_Security. */
export const createSecurityDatabase = createStep('create-security-database', 'securityDatabase', 'securityTemplate')

function createStep(
  name: string,
  which: 'adminDatabase' | 'securityDatabase',
  templateOf: keyof TenantProvisionParameters,
): Step {
  return defineStep({
    name,
    usesServer: true,
    weight: 3,
    timeoutMs: 30 * 60_000,
    async run(context) {
      const { access, provision, login, owner } = await reserved(context)
      const template = (context.job.parameters as unknown as TenantProvisionParameters)[templateOf]
      const source = access.templates[template]
      if (source === undefined)
        throw new Failure('unknown_template', `The database server no longer has a template named "${template}".`)
      const { created, databaseName, method, identity } = await access.provisioner.createDatabase(
        access.server,
        {
          databaseName: provision[which],
          source: { kind: 'template', name: template, template: source },
          owner,
          kind: 'tenant',
          login,
        },
        context,
      )
      return {
        output: { identity },
        detail:
          created === 'now'
            ? `Database "${databaseName}" was made from "${template}" (${method}).`
            : `Database "${databaseName}" had been made already.`,
      }
    },
    async undo(context) {
      const provision = await readTenantProvision(context.store.database, tenantOf(context))
      if (!provision || provision.serverId !== context.job.serverId) return { detail: 'Nothing had been made.' }
      if (provision.finishedAt !== null) return { detail: 'The databases were there before this job; they stay.' }
      const { provisioner, server } = await context.database()
      try {
        const { dropped } = await provisioner.dropDatabase(
          server,
          {
            databaseName: provision[which],
            owner: ownerOf(context, provision),
            ...(which === 'adminDatabase' && provision.login !== null ? { ownLogin: provision.login } : {}),
          },
          context,
        )
        return { detail: dropped.length > 0 ? `Dropped ${dropped.join(', ')}.` : 'There was nothing of ours to drop.' }
      } catch (error) {
        if (isFailure(error) && error.code === 'not_our_database')
          return { detail: 'A database of this name is not ours; it was left alone.' }
        throw error
      }
    },
  })
}

/** Connects to both as Admin API and ODS/API will, and puts on record that they are there. */
export const verifyTenantDatabases = defineStep({
  name: 'verify-databases',
  usesServer: true,
  async run(context) {
    const { access, provision, login, owner } = await reserved(context)
    for (const databaseName of [provision.adminDatabase, provision.securityDatabase])
      await access.provisioner.verifyDatabase(
        access.server,
        { databaseName, owner, login, expect: 'connection' },
        context,
      )
    const tenant = tenantOf(context)
    const secrets = await openTenantProvision(context.store, tenant)
    if (!secrets) throw notReserved()
    const finishedAt = provision.finishedAt ?? new Date().toISOString()
    await context.fence()
    await saveTenantProvision(context.store, tenant, { ...provision, finishedAt }, secrets)
    return {
      result: {
        server: provision.server,
        databases: { EdFi_Admin: provision.adminDatabase, EdFi_Security: provision.securityDatabase },
        login: login.username,
      },
      detail: 'Both can be connected to.',
    }
  },
})

/** What was reserved, with the login in the clear. */
async function reserved(context: StepContext): Promise<{
  access: ServerAccess
  provision: TenantProvision
  login: RegisteredLogin
  owner: Ownership
}> {
  const tenant = tenantOf(context)
  const provision = await readTenantProvision(context.store.database, tenant)
  const secrets = await openTenantProvision(context.store, tenant)
  if (!provision || !secrets || provision.serverId !== context.job.serverId) throw notReserved()
  const access = await context.database()
  return {
    access,
    provision,
    login: loginOf(provision, secrets.password, access),
    owner: ownerOf(context, provision),
  }
}

const notReserved = (): Failure =>
  new Failure('tenant_provisioned', 'Another job has taken back, or moved, what this one was making.')

function loginOf(provision: TenantProvision, password: string | null, access: ServerAccess): RegisteredLogin {
  if (provision.login !== null && password !== null) return { username: provision.login, password, own: true }
  if (access.sharedLogin) return access.sharedLogin
  throw new Failure(
    'registered_login_failed',
    'The databases use a login that the database server’s instances shared, and it has none any more.',
  )
}

const ownerOf = ({ ownership }: StepContext, { id }: TenantProvision): Ownership => ({ ...ownership, instanceId: id })

function tenantOf({ job }: StepContext): string {
  if (job.tenant === null) throw new Failure('internal_error', 'The job names no tenant.')
  return job.tenant
}
