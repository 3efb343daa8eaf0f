import { createHash } from 'node:crypto'
import { presetClaimSets } from '../security-catalogue/claim-sets.js'
import type { Settings } from '../options.js'
import { emptyTable, insert, type Table } from './table.js'

/** A client that may ask for tokens. */
export interface ClientRow {
  id: number
  clientId: string
  /** SHA-256 of the secret, hex. */
  secretHash: string
  displayName: string
}

/** `dbo.OdsInstances`. */
export interface OdsInstanceRow {
  id: number
  name: string
  instanceType: string | null
  /** Encrypted as `connection-strings/encryption.ts` describes. */
  connectionString: string
}

/** `dbo.OdsInstanceContexts`. */
export interface OdsInstanceContextRow {
  id: number
  odsInstanceId: number
  contextKey: string
  contextValue: string
}

/** `dbo.OdsInstanceDerivatives`; the connection string stands there in clear, as in 2.x. */
export interface OdsInstanceDerivativeRow {
  id: number
  odsInstanceId: number
  derivativeType: string
  connectionString: string
}

/** `dbo.Vendors` with its one contact and its namespace prefixes. */
export interface VendorRow {
  id: number
  company: string
  namespacePrefixes: string[]
  contactName: string
  contactEmailAddress: string
}

/** `dbo.Applications`. */
export interface ApplicationRow {
  id: number
  applicationName: string
  claimSetName: string
  vendorId: number
  profileIds: number[]
  educationOrganizationIds: number[]
}

/** `dbo.ApiClients` with its rows of `dbo.ApiClientOdsInstances`. Secrets are shown once and not kept. */
export interface ApiClientRow {
  id: number
  applicationId: number
  name: string
  key: string
  isApproved: boolean
  odsInstanceIds: number[]
  educationOrganizationIds: number[]
}

/** `dbo.Profiles`. */
export interface ProfileRow {
  id: number
  name: string
  definition: string
}

/** One enabled action of a resource claim in a claim set, with the strategies that replace the default ones. */
export interface ClaimSetActionRow {
  id: number
  resourceClaimId: number
  actionId: number
  overrideStrategyIds: number[]
}

/** `dbo.ClaimSets` with its resource claims. */
export interface ClaimSetRow {
  id: number
  name: string
  isSystemReserved: boolean
  actions: ClaimSetActionRow[]
}

/** Everything one tenant's databases hold. Plain data: it is what the data file contains. */
export interface TenantState {
  name: string
  clients: Table<ClientRow>
  odsInstances: Table<OdsInstanceRow>
  odsInstanceContexts: Table<OdsInstanceContextRow>
  odsInstanceDerivatives: Table<OdsInstanceDerivativeRow>
  vendors: Table<VendorRow>
  applications: Table<ApplicationRow>
  apiClients: Table<ApiClientRow>
  profiles: Table<ProfileRow>
  claimSets: Table<ClaimSetRow>
}

/** A tenant as it is after installation: stock claim sets and the clients named in the settings. */
export function newTenantState(name: string, settings: Settings): TenantState {
  const state: TenantState = {
    name,
    clients: emptyTable(),
    odsInstances: emptyTable(),
    odsInstanceContexts: emptyTable(),
    odsInstanceDerivatives: emptyTable(),
    vendors: emptyTable(),
    applications: emptyTable(),
    apiClients: emptyTable(),
    profiles: emptyTable(),
    claimSets: emptyTable(),
  }
  for (const claimSet of presetClaimSets()) insert(state.claimSets, claimSet)
  addMissingClients(state, settings)
  return state
}

/** Adds the clients named in the settings that the tenant does not know yet. */
export function addMissingClients(state: TenantState, settings: Settings): void {
  for (const { clientId, clientSecret, displayName } of settings.clients) {
    if (state.clients.rows.some((client) => client.clientId === clientId)) continue
    const secretHash = hashSecret(clientSecret)
    insert(state.clients, { clientId, secretHash, displayName: displayName ?? clientId })
  }
}

/** The form in which client secrets are kept. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
