import type { Addresses } from './show-addresses.js'

/** What Admin API has on record. */
export interface Registration {
  id: number
  name: string
  /** `key=value`, separated by commas. */
  contexts: string
}

interface Context {
  contextKey: string
  contextValue: string
}

/** Asks Admin API itself for an instance's registration. Throws when it is not there, or under another name. */
export async function readRegistration(
  { adminApiUrl, adminApiClientId, adminApiClientSecret }: Addresses,
  tenant: string,
  instance: { name: string; odsInstanceId: number | null },
): Promise<Registration> {
  async function ask<T>(path: string, init: RequestInit): Promise<T> {
    const response = await fetch(`${adminApiUrl}${path}`, init)
    if (!response.ok) throw new Error(`Admin API answered ${response.status} to ${path}: ${await response.text()}`)
    return (await response.json()) as T
  }
  const { access_token: token } = await ask<{ access_token: string }>('/connect/token', {
    method: 'POST',
    headers: { tenant },
    body: new URLSearchParams({
      client_id: adminApiClientId,
      client_secret: adminApiClientSecret,
      grant_type: 'client_credentials',
      scope: 'edfi_admin_api/full_access',
    }),
  })
  const get = <T>(path: string): Promise<T> => ask<T>(path, { headers: { tenant, authorization: `Bearer ${token}` } })
  const id = instance.odsInstanceId
  if (id === null) throw new Error('The instance has no id in Admin API.')
  const found = await get<{ name: string; odsInstanceContexts: Context[] }>(`/v2/odsInstances/${id}`)
  if (found.name !== instance.name) throw new Error(`OdsInstance ${id} is "${found.name}", not "${instance.name}".`)
  return {
    id,
    name: found.name,
    contexts: found.odsInstanceContexts
      .map(({ contextKey, contextValue }) => `${contextKey}=${contextValue}`)
      .join(', '),
  }
}
