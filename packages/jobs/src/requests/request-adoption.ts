import { Failure, type JsonObject } from '@edfi-tenants/core'
import type { Registration } from '@edfi-tenants/admin-api'
import { readPlacement, readRegisteredInstance, readServer, type Database, type Store } from '@edfi-tenants/store'
import { adoptInstance } from '../adopt-instance.js'
import { openAdminApi, type JobServices } from '../engine/access.js'
import type { CreateInstanceBody } from './plan-create-instance.js'
import { requestCreateInstance, type CreateInstanceAnswer } from './request-create-instance.js'
import type { RequestOrigin } from './request-origin.js'

/** What is to be adopted, as a client asks for it. What is absent is the registration's, where one is taken over. */
export interface AdoptionBody extends Pick<
  CreateInstanceBody,
  'tenant' | 'displayName' | 'instanceType' | 'contexts' | 'labels' | 'deletionProtection'
> {
  server: string
  databaseName: string
  /** Default: the registration's name, otherwise the database's. */
  name?: string | undefined
  /** A registration that there is already and that becomes the instance's. */
  odsInstanceId?: number | undefined
}

export interface AdoptionRequest extends RequestOrigin {
  body: AdoptionBody
  reservedDatabaseNames: readonly string[]
  /** For findings: the instance whose marker stands there, where nothing is on record of it any more. */
  replaces?: string | undefined
  /** Ends asking Admin API. */
  signal: AbortSignal
}

/**
 * Asks for a database that somebody else made to be taken on as an instance. For clients bound to all tenants only:
 * nothing in the database says whose it is. Fails as `requestCreateInstance`, or with `unknown_server`,
 * `registration_missing`, `registration_differs`, or as Admin API does when asked for the registration.
 */
export async function requestAdoption(
  services: Pick<JobServices, 'adminApi'> & { store: Store },
  request: AdoptionRequest,
  record?: (database: Database, answer: CreateInstanceAnswer) => Promise<void>,
): Promise<CreateInstanceAnswer> {
  const { body, replaces } = request
  if (request.actor.tenants !== '*')
    throw new Failure('outside_grant', 'Only clients bound to all tenants can adopt databases.')
  const { odsInstanceId, name, ...asked } = body
  const server = await readServer(services.store, body.server)
  if (!server) throw new Failure('unknown_server', `There is no database server "${body.server}".`)
  const registration = odsInstanceId === undefined ? null : await readRegistration(services, request, odsInstanceId)
  const parameters: JsonObject = {
    ...(odsInstanceId === undefined ? {} : { odsInstanceId }),
    ...(replaces === undefined ? {} : { replaces }),
  }
  return requestCreateInstance(
    services.store,
    {
      ...request,
      body: {
        ...inherited(registration),
        ...definedOf(asked),
        tenant: body.tenant,
        name: name ?? registration?.name ?? body.databaseName,
      },
      from: {
        definition: adoptInstance,
        origin: 'adopted',
        sourceInstanceId: null,
        templateName: 'adopted',
        engine: server.engine,
        serverId: server.id,
        boundToServer: null,
        parameters,
      },
    },
    record,
  )
}

/** Taking a registration over changes nothing about it that was not asked for. */
const inherited = (registration: Registration | null): Partial<CreateInstanceBody> =>
  registration
    ? {
        contexts: Object.fromEntries(registration.contexts.map(({ key, value }) => [key, value])),
        ...(registration.instanceType === null ? {} : { instanceType: registration.instanceType }),
      }
    : {}

const definedOf = <Fields extends object>(fields: Fields): Partial<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Fields>

async function readRegistration(
  services: Pick<JobServices, 'adminApi'> & { store: Store },
  { body, signal }: AdoptionRequest,
  odsInstanceId: number,
): Promise<Registration> {
  const placement = await readPlacement(services.store.database, body.tenant)
  if (!placement) throw new Failure('unknown_tenant', `There is no tenant "${body.tenant}".`)
  const { environmentId, adminTenant } = placement
  const api = await openAdminApi(services, environmentId, adminTenant)
  const found = await api.readRegistration(odsInstanceId, { signal })
  if (!found) throw new Failure('registration_missing', `Admin API has no ODS instance ${odsInstanceId}.`)
  const holder = await readRegisteredInstance(services.store.database, { environmentId, adminTenant, odsInstanceId })
  // The same request again is answered by what it made.
  if (holder && holder.name.toLowerCase() !== (body.name ?? found.name).toLowerCase())
    throw new Failure(
      'registration_differs',
      `ODS instance ${odsInstanceId} is registered as the instance "${holder.name}".`,
    )
  return found
}
