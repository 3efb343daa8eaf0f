import type { Simulator } from '@edfi-tenants/admin-api-simulator'

/** An application as Admin API answers it. */
export interface PlainApplication {
  id: number
  applicationName: string
  vendorId: number
  odsInstanceIds: number[]
  enabled: boolean
}

/** One of its credentials as Admin API answers it. */
export interface PlainClient {
  id: number
  key: string
  isApproved: boolean
  odsInstanceIds: number[]
}

/** Admin API as somebody else uses it, beside ours. */
export interface PlainAdminApi {
  applications(odsInstanceId: number): Promise<PlainApplication[]>
  allApplications(): Promise<PlainApplication[]>
  application(id: number): Promise<PlainApplication>
  /** Makes one, with a vendor of its own; returns its id. */
  addApplication(applicationName: string, odsInstanceIds: readonly number[]): Promise<number>
  clients(applicationId: number): Promise<PlainClient[]>
  addClient(applicationId: number, odsInstanceIds: readonly number[]): Promise<number>
}

/** Opens the simulator's Admin API for a tenant. */
export function adminApiOf(simulator: Simulator, tenant: string): PlainAdminApi {
  const ask = async <Body>(method: string, path: string, body?: object): Promise<Body> => {
    const response = await fetch(simulator.url + path, {
      method,
      headers: { tenant, authorization: `Bearer ${await simulator.issueToken()}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    const text = await response.text()
    const id = Number(response.headers.get('location')?.split('/').at(-1))
    return (response.status === 201 ? { id } : JSON.parse(text)) as Body
  }
  const add = async (path: string, body: object): Promise<number> => (await ask<{ id: number }>('POST', path, body)).id
  return {
    applications: (odsInstanceId) => ask('GET', `/v2/odsInstances/${odsInstanceId}/applications`),
    allApplications: () => ask('GET', '/v2/applications?limit=1000'),
    application: (id) => ask('GET', `/v2/applications/${id}`),
    clients: (applicationId) => ask('GET', `/v2/apiclients?applicationid=${applicationId}`),
    addClient: (applicationId, odsInstanceIds) =>
      add('/v2/apiclients', { name: 'Another', isApproved: true, applicationId, odsInstanceIds }),
    async addApplication(applicationName, odsInstanceIds) {
      const vendorId = await add('/v2/vendors', {
        company: `${applicationName} Inc`,
        namespacePrefixes: 'uri://other.example',
        contactName: 'Olga',
        contactEmailAddress: 'olga@other.example',
      })
      return add('/v2/applications', {
        applicationName,
        vendorId,
        claimSetName: 'SIS Vendor',
        educationOrganizationIds: [255901],
        odsInstanceIds,
      })
    },
  }
}
