import { Failure } from '@edfi-tenants/core'
import {
  insertWork,
  listServersOfTenant,
  readActiveJobOfTenant,
  readTenantProvision,
  writtenJob,
  type Database,
  type JobRow,
  type TenantRow,
} from '@edfi-tenants/store'
import { provisionTenant } from '../provision-tenant.js'
import type { TenantProvisionParameters } from '../steps/tenant-databases.js'
import { newJob } from './new-job.js'
import { accepted, type RequestOrigin } from './request-origin.js'

/** What a client asks for; templates by their names in the server's `templates`. */
export interface TenantProvisionBody {
  server: string
  adminTemplate?: string | undefined
  securityTemplate?: string | undefined
}

/**
 * Asks for a tenant's Admin and Security databases, within a transaction. The same request while it is being done gets
 * the job that does it. Fails with `unknown_server`, `engine_mismatch`, `unknown_template`, or `tenant_provisioned` when
 * the tenant has databases on another server, or another request is being done. Whoever calls rings afterwards.
 */
export async function requestTenantProvision(
  database: Database,
  tenant: TenantRow,
  body: TenantProvisionBody,
  origin: RequestOrigin,
): Promise<JobRow> {
  // One request at a time, so that the second sees the job of the first.
  await database.query('SELECT name FROM tenants WHERE name = $1 FOR NO KEY UPDATE', [tenant.name])
  const servers = await listServersOfTenant({ database }, tenant.name)
  const server = servers.find(({ name }) => name.toLowerCase() === body.server.toLowerCase())
  if (!server)
    throw new Failure('unknown_server', `There is no database server "${body.server}" for tenant "${tenant.name}".`)
  if (server.databaseEngine !== tenant.databaseEngine)
    throw new Failure(
      'engine_mismatch',
      `"${server.name}" is ${server.databaseEngine}, environment "${tenant.environment}" is ${tenant.databaseEngine}.`,
    )
  const parameters = {
    adminTemplate: body.adminTemplate ?? 'admin',
    securityTemplate: body.securityTemplate ?? 'security',
  } satisfies TenantProvisionParameters
  for (const template of Object.values(parameters))
    if (!Object.hasOwn(server.templates, template))
      throw new Failure('unknown_template', `Database server "${server.name}" has no template "${template}".`, {
        extensions: { templates: Object.keys(server.templates) },
      })
  const running = await readActiveJobOfTenant(database, tenant.name, provisionTenant.type)
  if (running) {
    const { adminTemplate, securityTemplate } = running.parameters as unknown as TenantProvisionParameters
    const isSame =
      running.serverId === server.id &&
      adminTemplate === parameters.adminTemplate &&
      securityTemplate === parameters.securityTemplate
    if (isSame) return running
    throw new Failure('tenant_provisioned', `Job ${running.number} is making databases for "${tenant.name}".`, {
      extensions: { job: { id: running.id, type: running.type, href: `/v1/jobs/${running.id}` } },
    })
  }
  const there = await readTenantProvision(database, tenant.name)
  if (there && there.serverId !== server.id)
    throw new Failure('tenant_provisioned', `The databases of "${tenant.name}" are on "${there.server}".`, {
      extensions: { server: there.server },
    })
  const job = newJob(provisionTenant, origin, {
    tenant: tenant.name,
    environmentId: tenant.environmentId,
    serverId: server.id,
    engine: server.engine,
    workerPool: server.workerPool,
    parameters,
  })
  const details = { job: job.id, server: server.name, ...parameters }
  const written = await insertWork(database, {
    jobs: [job],
    audit: [accepted(origin, provisionTenant.type, { tenant: tenant.name, target: tenant.name, details })],
  })
  return writtenJob(job, written(job.id))
}
